package access

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"testing"

	"rightful/plan"
)

// forest is a made-up filesystem.
type forest map[string]plan.State

// plant reads lines of "path mode uid:gid", a folder where the path ends in a
// slash; "path -> target uid:gid" is a link; "path p mode uid:gid" a FIFO and s a
// socket. Folders that no line names are root's, 0755.
func plant(t *testing.T, text string) forest {
	t.Helper()
	f := forest{"/": {Type: plan.Directory, Mode: 0o755}}
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		if strings.TrimSpace(lines.Text()) != "" {
			f.line(t, strings.Fields(lines.Text()))
		}
	}
	return f
}

func (f forest) line(t *testing.T, words []string) {
	t.Helper()
	s := plan.State{Type: plan.File, Nlink: 1}
	name := words[0]
	if strings.HasSuffix(name, "/") && name != "/" {
		s.Type, name = plan.Directory, strings.TrimSuffix(name, "/")
	}
	if name == "/" {
		s.Type = plan.Directory
	}
	rest := words[1:]
	switch rest[0] {
	case "->":
		s.Type, s.Target, rest = plan.Symlink, rest[1], append([]string{"0"}, rest[2:]...)
	case "p":
		s.Type, rest = plan.FIFO, rest[1:]
	case "s":
		s.Type, rest = plan.Socket, rest[1:]
	}
	if _, err := fmt.Sscanf(strings.Join(rest[:2], " "), "%o %d:%d", &s.Mode, &s.UID, &s.GID); err != nil {
		t.Fatalf("%v: %v", words, err)
	}
	f.put(name, s)
}

func (f forest) put(name string, s plan.State) {
	for dir := path.Dir(name); f[dir].Type == 0; dir = path.Dir(dir) {
		f[dir] = plan.State{Type: plan.Directory, Mode: 0o755}
	}
	f[name] = s
}

var errHidden = errors.New("hidden")

func (f forest) look(name string) (plan.State, error) {
	s, ok := f[name]
	switch {
	case !ok:
		return s, fs.ErrNotExist
	case s.Type == plan.Type(99):
		return s, errHidden
	}
	return s, nil
}

func TestWalk(t *testing.T) {
	f := plant(t, `
/home/          0711 0:0
/home/alice/    0750 1000:33
/home/alice/www -> public_html 1000:1000
/home/alice/public_html/           0755 1000:1000
/home/alice/public_html/index.php  0644 1000:1000
/home/alice/public_html/up -> ../../bob/x/../f 1000:1000
/home/alice/public_html/abs -> /home/bob/f 1000:1000
/home/alice/public_html/loop -> loop 1000:1000
/home/bob/      0711 1001:1001
/home/bob/x/    0711 1001:1001
/home/bob/f     0644 1001:1001
`)
	f["/home/alice/hidden"] = plan.State{Type: plan.Type(99)}
	for _, c := range []struct {
		path   string
		uid    uint32
		follow bool
		want   string // the directories searched, then the end or the fault
	}{
		{"/home/alice/www/index.php", 33, true, "/ /home /home/alice /home/alice /home/alice/public_html = /home/alice/public_html/index.php"},
		{"/home/alice/www", 33, false, "/ /home /home/alice = /home/alice/www"},
		{"/home/alice/www", 33, true, "/ /home /home/alice /home/alice = /home/alice/public_html"},
		{"/home/alice/www/.", 33, false, "/ /home /home/alice /home/alice /home/alice/public_html = /home/alice/public_html"},
		{"/home/alice/www/index.php", 77, true, "/ /home /home/alice ! permission denied /home/alice"},
		{"/home/alice/www/up", 33, true, "/ /home /home/alice /home/alice /home/alice/public_html /home/alice/public_html /home/alice /home /home/bob /home/bob/x /home/bob = /home/bob/f"},
		{"/home/alice/www/abs", 33, true, "/ /home /home/alice /home/alice /home/alice/public_html / /home /home/bob = /home/bob/f"},
		{"/home/alice/nothing/more", 33, true, "/ /home /home/alice ! no such file or directory /home/alice/nothing"},
		{"/home/bob/f/more", 33, true, "/ /home /home/bob ! not a directory /home/bob/f"},
		{"/home/alice/hidden", 33, true, "/ /home /home/alice ! cannot tell /home/alice/hidden"},
		{"/", 33, true, "= /"},
	} {
		r := Walk(f.look, &Identity{UID: c.uid, GID: c.uid}, c.path, c.follow)
		var got []string
		for _, d := range r.Dirs {
			got = append(got, d.Path)
		}
		if r.Fault != nil {
			got = append(got, fmt.Sprint("! ", r.Fault.Cause, " ", r.Fault.Path))
		} else {
			got = append(got, "= "+r.End.Path)
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s as %d:\n got %s\nwant %s", c.path, c.uid, text, c.want)
		}
	}
	if r := Walk(f.look, &Identity{UID: 33, GID: 33}, "/home/alice/public_html/loop", true); r.Fault == nil || r.Fault.Cause != Loop || len(r.Links) != maxLinks+1 {
		t.Errorf("a loop: %+v after %d links", r.Fault, len(r.Links))
	}
	r := Walk(f.look, &Identity{UID: 33, GID: 33}, "/home/alice/www/up", true)
	if len(r.Links) != 2 || r.Links[0].Last || !r.Links[1].Last {
		t.Errorf("links: %+v", r.Links)
	}
}
