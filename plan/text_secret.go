package plan

import (
	"path"
	"strings"
)

// secretName reports whether a file looks like one that holds nothing but secrets, or whose leak costs the
// account. Those are named before others, so that nobody has to look for them.
// A switch, and not a map: it is asked once for every step.
func secretName(name string) bool {
	switch name {
	case "wp-config.php", "configuration.php", "config.inc.php", "settings.php", "localconf.php", "parameters.yml",
		"shadow", "passwd", "gshadow", "master.passwd",
		".htpasswd", ".netrc", ".pgpass", ".my.cnf", ".git-credentials", ".npmrc", ".s3cfg",
		"authorized_keys", "credentials", "secrets.yml", "secrets.yaml", "master.key":
		return true
	}
	return secretForm(name)
}

func secretForm(name string) bool {
	for _, prefix := range [...]string{".env", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "wp-config", "shadow"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	if isPacked(name) {
		// dump.sql.gz is a dump as much as dump.sql is.
		for _, suffix := range [...]string{".gz", ".zst", ".bz2", ".xz", ".zip", "~", ".bak", ".old"} {
			name = strings.TrimSuffix(name, suffix)
		}
	}
	switch path.Ext(name) {
	case ".pem", ".key", ".p12", ".pfx", ".kdbx", ".jks", ".ppk", ".sql", ".dump":
		return true
	}
	return false
}

// isPacked spares nearly all names the look at what they were before.
func isPacked(name string) bool {
	switch path.Ext(name) {
	case ".gz", ".zst", ".bz2", ".xz", ".zip", ".bak", ".old":
		return true
	}
	return strings.HasSuffix(name, "~")
}
