package plan

import (
	"strings"
	"testing"
)

// FuzzSecretForm holds the quick look at a name's end against trying every ending
// on it.
func FuzzSecretForm(f *testing.F) {
	for _, name := range []string{"dump.sql.gz", "a.sql~", "a.sql.old.gz", "a.sql.gz.old", "a.pem.bak~", "x.key.zip", ".zip", "~", "a.gz", "key", ".jks"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		rest := name
		for _, packed := range [...]string{".gz", ".zst", ".bz2", ".xz", ".zip", "~", ".bak", ".old"} {
			rest = strings.TrimSuffix(rest, packed)
		}
		want := false
		for _, ending := range [...]string{".pem", ".key", ".p12", ".pfx", ".kdbx", ".jks", ".ppk", ".sql", ".dump"} {
			want = want || strings.HasSuffix(rest, ending)
		}
		for _, beginning := range [...]string{".env", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "wp-config", "shadow"} {
			want = want || strings.HasPrefix(name, beginning)
		}
		if got := secretForm(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	})
}
