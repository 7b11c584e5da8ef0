from pathlib import Path

from flask import Flask, jsonify

app = Flask(__name__)
STATIC = Path(__file__).parent / "static"


@app.get("/")
def index():
    return (STATIC / "index.html").read_text()


@app.get("/api/health")
def health():
    return jsonify(ok=True)


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=5000)
