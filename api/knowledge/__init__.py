"""知识库 over HTTP: searched by whoever works here, kept by the units, published by the hotline."""
