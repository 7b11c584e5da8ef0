"""A value that a generator gave out is told in sources of any language by the name it has; what people name things is not."""

from __future__ import annotations

import random
import string

import pytest

from jettison.secretscan.scanner import Scanner

from .test_settings_files import told

ALPHABETS = {
    "base62": string.ascii_letters + string.digits,
    "hexadecimal": "0123456789abcdef",
    "base64url": string.ascii_letters + string.digits + "-_",
    "small": string.ascii_lowercase + string.digits,
}
# path -> text with a place for the value.
SOURCES = {
    "srv/app/server.js": 'const JWT_SECRET = "{}";\n',
    "srv/app/environment.prod.ts": "export const environment = {{\n  apiSecret: '{}',\n}};\n",
    "srv/app/main.py": 'app.config["SECRET_KEY"] = "{}"\n',
    "srv/app/local.py": "DATABASES = {{'default': {{'USER': 'app', 'PASSWORD': '{}'}}}}\n",
    "srv/app/main.go": 'const apiToken = "{}"\n',
    "srv/app/Config.java": 'private static final String API_KEY = "{}";\n',
    "srv/app/prod.exs": 'config :app, secret_key_base: "{}"\n',
    "srv/app/token.rb": "config.secret_token = '{}'\n",
    "srv/app/payload.json": '{{"client_id": "a", "client_secret": "{}"}}\n',
    "srv/app/appsettings.json": '{{"Jwt": {{"SigningKey": "{}"}}}}\n',
    "root/.terraformrc": 'credentials "tf.corp.net" {{\n  token = "{}"\n}}\n',
    # The default of a variable: what is in use where nobody sets it.
    "srv/compose.yaml": "services:\n  app:\n    environment:\n      API: ${{APP_TOKEN:-{}}}\n",
    "srv/run.sh": ': "${{APP_API_KEY:={}}}"\n',
    "srv/conf/Application.kt": '@Value("\\${{app.client.secret:{}}}") val given: String\n',
    "srv/app/local_conf.py": "API = os.environ.get('APP_TOKEN', '{}')\n",
    "srv/app/conf.js": "module.exports = {{ api: process.env.APP_TOKEN || '{}' }};\n",
    "srv/app/conf.ts": "export const api = process.env['APP_TOKEN'] ?? '{}';\n",
    "srv/app/app.php": "$key = getenv('APP_TOKEN') ?: '{}';\n",
    "root/.netlify/config.json": '{{"users": {{"1": {{"auth": {{"token": "{}"}}}}}}}}\n',
}
# What stands in place of a value, or names something.
NONE = (
    "changeme", "your-api-key-here", "${API_TOKEN}", "<your-key>", "example-value-1234567", "xxxxxxxxxxxxxxxxxxxx",
    "abcdefghijklmnopqrstuvwxyz0123456789", "ci-tests-s3-secret-access-key", "my-app-tls-2-certificate-name",
    "X-Auth-Token-Header-2", "userTokenHeader2", "urn:ietf:params:oauth:token-type:jwt2", "config.secrets.key1",
    "application/x-www-form2", "2024-01-31", "AES256-GCM-SHA384", "password_for_user_12345", "s3://bucket-1/tokens", "eyJhbGciOiJSUzI1NiIsImtpZ...",
)  # fmt: skip


@pytest.mark.parametrize("path", SOURCES)
def test_a_random_value_is_told(path: str, scanner: Scanner) -> None:
    chance = random.Random(path)
    for name, alphabet in ALPHABETS.items():
        for length in (24, 32, 40, 64):
            # Not the one of a thousand that begins as a reference does.
            value = "k7" + "".join(chance.choices(alphabet, k=length - 2))
            text = SOURCES[path].format(value)
            hits = [hit for hit in scanner.text(path, text.encode()) if hit.level > 0]
            assert hits, (name, value)
            assert not any(value[:6] in hit.masked or value[-6:] in hit.masked for hit in hits)


# In files of settings the name of the setting says more.
@pytest.mark.parametrize("path", sorted(SOURCES.keys() - {"srv/app/appsettings.json", "srv/app/environment.prod.ts"}))
def test_names_and_stand_ins_are_not_told(path: str, scanner: Scanner) -> None:
    assert [value for value in NONE if told(scanner, path, SOURCES[path].format(value))] == []


@pytest.mark.parametrize(
    "text",
    [
        "${APP_TOKEN:?kX92mfQz7LpW3vRt8 is not set}", "${APP_TOKEN:-changeme}", "${APP_TOKEN:-${OTHER_TOKEN}}", "${APP_TOKEN:-}",
        "${APP_TOKEN:-/run/secrets/app_token}", "${APP_TOKEN:-your-token-goes-here-1}", "${APP_VERSION:-1.2.3-kX92mfQz7LpW3vRt8}",
    ],
)  # fmt: skip
def test_a_default_that_is_no_secret_is_not_told(text: str, scanner: Scanner) -> None:
    assert told(scanner, "srv/compose.yaml", f"environment:\n  API: {text}\n") == []


@pytest.mark.parametrize(
    "folder",
    [
        "srv/node_modules/x/",
        "srv/tests/",
        "usr/share/doc/x/",
        "root/go/pkg/mod/x/",
        "srv/vendor/symfony/validator/",
        "usr/lib/python3/dist-packages/azure/",
        "opt/venv/lib/python3.11/site-packages/botocore/data/",
    ],
)
def test_other_peoples_sources_and_tests_are_not_told(folder: str, scanner: Scanner) -> None:
    assert told(scanner, f"{folder}client.js", 'const token = "mwKBAeVlQpsHGNFUd8BHSviki7zILvZu";') == []


@pytest.mark.parametrize(
    "path", ["etc/environment", "etc/default/app", "etc/cron.d/job", "usr/local/bin/start", "srv/Makefile"]
)
def test_variables_of_the_environment_are_told_in_any_file(path: str, scanner: Scanner) -> None:
    lines = "PATH=/usr/bin\nexport APP_{}={}\n* * * * * root app\n"
    for name in ("PASSWORD", "TOKEN", "SECRET", "API_KEY", "ENCRYPTION_KEY"):
        assert told(scanner, path, lines.format(name, "q9Qwb6lgrRC5SI1ThudOJWPvv1FA")), name
        for value in ("changeme", "$(cat /run/secrets/x1)", "/run/secrets/app-token-1", "your-token-goes-here-1"):
            assert told(scanner, path, lines.format(name, value)) == [], value
    fingerprint = "export GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D PYTHON_SHA256=9b2d3f0e5a7c1d8f4b6a0c2e9d7f1a3b5c8e0f2d\n"
    assert told(scanner, path, fingerprint) == []


# Files of one tool each, and what its documentation puts there.
OF_TOOLS = [
    ("root/.cargo/credentials.toml", '[registries.corp]\ntoken = "Bearer {}"\n', ("${{TOKEN}}",)),
    ("root/.bundle/config", '---\nBUNDLE_GEMS__CORP__NET: "deploy:{}"\n', ("<password>",)),
    ("root/.config/composer/auth.json", '{{"bearer": {{"repo.corp.net": "{}"}}}}\n', ("your-token",)),
    ("var/www/wp-config.php", "<?php\ndefine('AUTH_KEY',         '{}');\n", ("put your unique phrase here",)),
    ("var/www/wp-config.php", "<?php\ndefine( 'DB_PASSWORD', '{}' );\n", ("password_here", "${{PASSWORD}}")),
    ("etc/systemd/system/app.service", '[Service]\nEnvironment="APP_TOKEN={}"\n', ("changeme", "%d")),
    ("etc/systemd/system/app.service", "[Service]\nEnvironment=API_PASSWORD={}\n", ("${{PASSWORD}}",)),
    ("etc/yum.repos.d/corp.repo", "[corp]\nusername=deploy\npassword={}\n", ("$yumvar", "changeme")),
    ("etc/php.ini", 'mysqli.default_pw = "{}"\n', ("", "changeme")),
    ("root/NuGet.Config", '<add key="ClearTextPassword" value="{}" />\n', ("%TOKEN%", "${{TOKEN}}")),
    # In a comment of WordPress' own source.
    (
        "usr/src/wordpress/wp-includes/pluggable.php",
        " *     define('NONCE_KEY',        '{}');\n",
        ("%:R{{[P|,s.KuMltH5}}cI;/k<Gx~j!f0I)m_sIyu+&NJZ)-iO>z7X>QYR0Z_XnZ@|",),
    ),
    # As Maven itself comes, in a comment.
    ("opt/maven/conf/settings.xml", "<server><password>{}</password></server>\n", ("repopwd", "proxypass")),
]


@pytest.mark.parametrize(("path", "text", "stand_ins"), OF_TOOLS)
def test_files_of_tools(path: str, text: str, stand_ins: tuple[str, ...], scanner: Scanner) -> None:
    assert told(scanner, path, text.format("q9Qwb6lgrRC5SI1ThudOJWPvv1FAPFcLwTbUf2dr"))
    assert [value for value in stand_ins if told(scanner, path, text.format(value.format()))] == []


def test_an_encrypted_key_of_putty_and_a_header_of_a_proxy(scanner: Scanner) -> None:
    body = "Qbnt0IGCbWhHZ3d92dS0cjPqpozsjxAx61HjBBWj1wVYSJGwtKxwULMbIpm19Z0"
    key = f"PuTTY-User-Key-File-2: ssh-rsa\nEncryption: aes256-cbc\nComment: a\nPublic-Lines: 1\nAAAA\nPrivate-Lines: 1\n{body}\n"
    assert told(scanner, "root/key.ppk", key) == ["putty-private-key"]
    header = 'proxy_set_header Authorization "Basic ZGVwbG95OmFqZ3c5MEhhOFdzTFdUTEU4R0RL";\n'
    assert told(scanner, "etc/nginx/conf.d/a.conf", header) == ["basic-auth-header"]
