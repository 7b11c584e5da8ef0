-- The database of known vulnerabilities. PRAGMA application_id and user_version say that it is one, and which form.
CREATE TABLE source (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,      -- what was imported: a file's name or an address
  format TEXT NOT NULL,           -- "advisories", "exploited", "likelihood", "index", several joined by commas
  imported TEXT NOT NULL,         -- when, ISO, UTC
  dated TEXT NOT NULL,            -- the newest date that the data states, or when it was fetched
  entries INTEGER NOT NULL,
  skipped TEXT NOT NULL,          -- JSON: reason -> count
  checksum TEXT NOT NULL          -- "sha256:..." and whether it was verified; "" for files
);
CREATE TABLE advisory (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  source INTEGER NOT NULL,
  aliases TEXT NOT NULL,          -- JSON list
  related TEXT NOT NULL,          -- JSON list
  summary TEXT NOT NULL,
  severity TEXT NOT NULL,
  score REAL,
  vector TEXT NOT NULL,
  url TEXT NOT NULL,
  published TEXT NOT NULL,
  modified TEXT NOT NULL
);
CREATE TABLE alias (alias TEXT NOT NULL, advisory INTEGER NOT NULL);
CREATE TABLE affected (
  ecosystem TEXT NOT NULL,
  package TEXT NOT NULL,
  advisory INTEGER NOT NULL,
  conditions TEXT NOT NULL,       -- JSON: [when, versions, safe], see advisory.Affected
  status TEXT NOT NULL
);
CREATE TABLE coverage (ecosystem TEXT NOT NULL, source INTEGER NOT NULL, PRIMARY KEY (ecosystem, source)) WITHOUT ROWID;
CREATE TABLE exploited (cve TEXT PRIMARY KEY, added TEXT NOT NULL, ransomware INTEGER NOT NULL, source INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE likelihood (cve TEXT PRIMARY KEY, score REAL NOT NULL, percentile REAL NOT NULL, source INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE available (
  ecosystem TEXT NOT NULL,
  package TEXT NOT NULL,
  version TEXT NOT NULL,
  source INTEGER NOT NULL,
  PRIMARY KEY (ecosystem, package, source)
) WITHOUT ROWID;
CREATE INDEX affected_package ON affected (ecosystem, package);
CREATE INDEX affected_advisory ON affected (advisory);
CREATE INDEX alias_name ON alias (alias);
CREATE INDEX alias_advisory ON alias (advisory);
CREATE INDEX advisory_source ON advisory (source);
