package plan

import "testing"

func TestComma(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 123456: "123,456", 1234567: "1,234,567"} {
		if got := comma(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestCommon(t *testing.T) {
	for _, test := range [][3]string{
		{"a/b", "a/b", "a/b"},
		{"a/b", "a/b/c", "a/b"},
		{"a/b/c", "a/b", "a/b"},
		{"a/b", "a/bc", "a"},
		{"a", "b", "."},
		{"a", "ab", "."},
		{".", "a", "."},
		{"a", "", "."},
	} {
		if got := common(test[0], test[1]); got != test[2] {
			t.Errorf("%s and %s: %s, want %s", test[0], test[1], got, test[2])
		}
	}
}

func TestSecretName(t *testing.T) {
	for name, want := range map[string]bool{
		".env": true, ".env.local": true, "wp-config.php": true, "wp-config.php.bak": true, "id_ed25519": true,
		"shadow": true, "server.key": true, "dump.sql.gz": true, "cert.pem": true, ".htpasswd": true,
		"index.php": false, "environment": false, "keyboard.js": false, "style.css": false, "a.gz": false,
	} {
		if got := secretName(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
