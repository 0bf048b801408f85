"""The directory over HTTP: who can be rung, kept by admins, every version kept, laid beside the switch."""
