package examples

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

const ciReadme = "ci/README.md"

// token is what -anonymize makes of a name, and what the page has in its place.
var token = regexp.MustCompile(`\b[a-z2-7]{16}\b`)

// TestCIREADME runs the commands of the page in its repository.
func TestCIREADME(t *testing.T) {
	r := newReview(t, false)
	data, err := os.ReadFile(ciReadme)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	s := &shell{dir: r.origin}
	want := console.ReplaceAllStringFunc(text, func(block string) string {
		shown := s.replay(t, console.FindStringSubmatch(block)[1])
		return "```console\n" + token.ReplaceAllString(shown, "k3vq5txw7mzj2hbd") + "```"
	})
	if *update {
		if err := os.WriteFile(ciReadme, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	same(t, "ci/README.md; go test ./examples -update rewrites it", strings.Split(want, "\n"), strings.Split(text, "\n"))
}
