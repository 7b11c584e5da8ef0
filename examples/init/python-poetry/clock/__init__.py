from datetime import datetime, timezone

from flask import Flask


def create_app():
    app = Flask(__name__)

    @app.get("/")
    def now():
        return datetime.now(timezone.utc).isoformat()

    return app
