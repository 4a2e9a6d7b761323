"""What gets the service to AWS Lambda: its emulator on a laptop, and the zip package."""
