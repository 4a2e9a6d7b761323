#!/bin/sh
# Runs as the Lambda runtime where Lambda, or its emulator, sets AWS_LAMBDA_RUNTIME_API.
# Serves HTTP anywhere else, with the GRANIAN_* variables as granian's options.
set -eu

if [ -n "${AWS_LAMBDA_RUNTIME_API:-}" ]; then
    exec python -m awslambdaric app.lambda_handler.handler
fi
exec python -m granian --interface asginl app.main:app
