"""The pages people work at all day: how heavy they are, how long the server takes, how soon they act."""
