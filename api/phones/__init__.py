"""The agents' telephones over HTTP: asked of the controller; an account is shown to admins, audited, kept nowhere."""
