package plan

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A sample is a plan in a few lines, for tests of what is printed:
//
//	inventory 3
//	policy hosting.yaml
//	undoes RUN
//	skipped dora emil
//	narrowed ali* public_html
//	limit run.loosen count=5 source=limits.yaml:3
//	account alice ENTRIES MANAGED [incomplete] [uid=1001]
//	held account.remove MESSAGE
//	access web "can read" public_html/** hosting.yaml:41 MATCHED NOW AFTER BROKEN [GAINED]
//	cause PATH|own TYPE MODE NEED BY ENTRIES BROKEN EXAMPLE   (of the access before it)
//	check apache public_html/** hosting.yaml:43 MATCHED NOW AFTER BROKEN [doubt=1] [more=7]
//	finding WEIGHT CODE PATH REASON NOW AFTER BROKEN [EXAMPLE...]   (of the check before it)
//	cannot_see WHAT...
//	problem PATH KIND MESSAGE [x12]
//	add PATH TYPE STATE mode=hosting.yaml:23
//	change PATH TYPE BEFORE AFTER mode=hosting.yaml:23 [take] [one-way] [x12]
//	remove PATH TYPE STATE entry=hosting.yaml:9 [inside=12]
//	restore PATH TYPE STATE entry=hosting.yaml:9 [inside=12]
//
// A state is owner:group:mode, or owner:group>target for symlinks; fields may
// be quoted as Go strings. x12 repeats the line with %d in the path counting.
type sample struct {
	t      testing.TB
	header Header
	limits []Limit
	all    []*sampleAccount
}

type sampleAccount struct {
	Account
	blocks   map[string]*Block
	problems []Problem
}

var sampleIDs = map[string]uint32{"root": 0, "bin": 1, "mail": 8, "nobody": 65534, "apache": 48}

// readSample builds the plan that text describes.
func readSample(t testing.TB, text string) *Plan {
	t.Helper()
	s := &sample{t: t, header: Header{
		Created: time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC), Tool: "test",
		Host: Host{Name: "web7.example.net", MachineID: "00"}, Root: "/",
		Policy: Policy{Name: "hosting.yaml"},
	}}
	for line := range strings.Lines(text) {
		if f := fields(t, line); len(f) > 0 {
			s.line(f)
		}
	}
	return s.plan()
}

func fields(t testing.TB, line string) []string {
	var f []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		word, _, _ := strings.Cut(line, " ")
		if line[0] == '"' {
			var err error
			if word, err = strconv.QuotedPrefix(line); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
		}
		line = line[len(word):]
		if word[0] == '"' {
			word, _ = strconv.Unquote(word)
		}
		f = append(f, word)
	}
	return f
}

func (s *sample) line(f []string) {
	switch f[0] {
	case "inventory":
		s.header.Inventory = s.number(f[1])
	case "policy":
		s.header.Policy.Name = f[1]
	case "undoes":
		s.header.Undoes = f[1]
	case "cannot_see":
		s.header.CannotSee = f[1:]
	case "skipped":
		s.header.Skipped = f[1:]
	case "narrowed":
		s.header.Accounts, s.header.Paths = f[1:2], f[2:]
	case "limit":
		s.limit(f[1], options(f[2:]))
	case "account":
		s.account(f)
	default:
		s.part(s.all[len(s.all)-1], f)
	}
}

func options(f []string) map[string]string {
	o := map[string]string{}
	for _, word := range f {
		key, value, _ := strings.Cut(word, "=")
		o[key] = value
	}
	return o
}

func (s *sample) number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *sample) limit(name string, o map[string]string) {
	part := func(key string) *int {
		if o[key] == "" {
			return nil
		}
		n := int(s.number(o[key]))
		return &n
	}
	s.limits = append(s.limits, Limit{
		Name: name, Percent: part("percent"), AtLeast: part("at_least"), Count: part("count"), Source: o["source"],
	})
}

func (s *sample) account(f []string) {
	uid := uint32(1001 + len(s.all))
	a := &sampleAccount{blocks: map[string]*Block{}, Account: Account{
		Name: f[1], UID: uid, GID: uid, Home: "/home/" + f[1], Profile: "hosting", Filesystem: "uuid:1",
		Users: map[uint32]string{uid: f[1]}, Groups: map[uint32]string{uid: f[1]},
		Entries: s.number(f[2]), Managed: s.number(f[3]), Incomplete: slices.Contains(f, "incomplete"),
	}}
	s.all = append(s.all, a)
}

func (s *sample) part(a *sampleAccount, f []string) {
	times := 1
	if last := f[len(f)-1]; last[0] == 'x' && len(last) > 1 && last[1] <= '9' {
		times = int(s.number(last[1:]))
		f = f[:len(f)-1]
	}
	switch f[0] {
	case "held":
		a.Held = append(a.Held, Held{f[1], f[2]})
	case "access":
		a.Access = append(a.Access, Access{
			Identity: f[1], Expect: f[2], Match: f[3], Source: f[4],
			Matched: s.number(f[5]), DeniedNow: s.number(f[6]), DeniedAfter: s.number(f[7]), Broken: s.number(f[8]),
		})
		a.AccessBroken += s.number(f[8])
		if len(f) > 9 {
			a.Access[len(a.Access)-1].Gained = s.number(f[9])
		}
	case "check", "finding":
		s.check(a, f)
	case "cause":
		mode, err := strconv.ParseUint(f[3], 8, 12)
		if err != nil {
			s.t.Fatal(err)
		}
		x := &a.Access[len(a.Access)-1]
		c := Cause{
			Own: f[1] == "own", Type: Type(slices.Index(typeNames[:], f[2])), Mode: Mode(mode), Need: f[4], By: f[5],
			Entries: s.number(f[6]), Broken: s.number(f[7]), Example: f[8],
		}
		if !c.Own && f[1] != "many" {
			c.Path = f[1]
		}
		x.Causes = append(x.Causes, c)
	case "problem":
		for i := range times {
			a.problems = append(a.problems, Problem{Account: a.Name, Path: counted(f[1], i), Kind: ProblemKind(f[2]), Message: counted(f[3], i)})
		}
	default:
		for i := range times {
			s.step(a, counted(f[1], i), f)
		}
	}
}

func (s *sample) check(a *sampleAccount, f []string) {
	if f[0] == "check" {
		o := options(f[8:])
		c := Check{
			Name: f[1], Match: f[2], Source: f[3],
			Matched: s.number(f[4]), RefusedNow: s.number(f[5]), RefusedAfter: s.number(f[6]), Broken: s.number(f[7]),
		}
		if o["doubt"] != "" {
			c.DoubtNow, c.DoubtAfter = s.number(o["doubt"]), s.number(o["doubt"])
		}
		if o["more"] != "" {
			c.MoreFindings = s.number(o["more"])
		}
		a.Checks = append(a.Checks, c)
		a.AccessBroken += c.Broken
		return
	}
	c := &a.Checks[len(a.Checks)-1]
	c.Findings = append(c.Findings, Finding{
		Weight: f[1], Code: f[2], Path: f[3], Reason: f[4],
		Now: s.number(f[5]), After: s.number(f[6]), Broken: s.number(f[7]), Examples: f[8:],
	})
}

func counted(format string, i int) string {
	return strings.Replace(format, "%d", fmt.Sprintf("%05d", i), 1)
}

func (s *sample) step(a *sampleAccount, path string, f []string) {
	c := Change{Rules: Rules{}}
	rest := f[4:]
	switch f[0] {
	case "restore":
		c.Restore = s.header.Undoes
		fallthrough
	case "add":
		c.Action, c.After = Add, s.state(a, f[2], f[3])
	case "remove":
		c.Action, c.Before = Remove, s.state(a, f[2], f[3])
	case "change":
		c.Action, c.Before, c.After = Update, s.state(a, f[2], f[3]), s.state(a, f[2], f[4])
		rest = f[5:]
	default:
		s.t.Fatalf("%v", f)
	}
	o := options(rest)
	_, take := o["take"]
	_, c.OneWay = o["one-way"]
	c.Classes = Classify(c.Before, c.After, take)
	for _, attribute := range []Attribute{AttrEntry, AttrOwner, AttrGroup, AttrMode, AttrTarget, AttrACL} {
		if line := o[string(attribute)]; line != "" {
			c.Rules[attribute] = line
		}
	}
	if c.Action == Add && c.After.Type == File && c.Restore == "" {
		sum := sha256.Sum256([]byte("hello\n"))
		c.Content = &Content{SHA256: hex.EncodeToString(sum[:]), Size: 6, Data: []byte("hello\n")}
	}
	e := Entry{ID: Identity{Ino: 7, Gen: 1}}
	if o["inside"] != "" {
		e.Inside = s.number(o["inside"])
	}
	a.put(path, c, e)
}

// put adds one step to the block of its directory.
func (a *sampleAccount) put(path string, c Change, e Entry) {
	dir := "."
	e.Name = path
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		dir, e.Name = path[:i], path[i+1:]
	}
	if path == "." {
		dir = ""
	}
	b := a.blocks[dir]
	if b == nil {
		b = &Block{Account: a.Name, Dir: dir}
		a.blocks[dir] = b
	}
	if c.Action == Add {
		b.Parent = Identity{Ino: 2, Gen: 1}
	}
	if c.Action == Add && c.Restore == "" {
		e.ID = Identity{}
	}
	e.Change = len(b.Changes)
	if e.Change > 0 && reflect.DeepEqual(b.Changes[e.Change-1], c) {
		e.Change--
	} else {
		b.Changes = append(b.Changes, c)
	}
	b.Entries = append(b.Entries, e)
}

func (s *sample) state(a *sampleAccount, kind, text string) State {
	st := State{Type: Type(slices.Index(typeNames[:], kind))}
	text, st.Target, _ = strings.Cut(text, ">")
	parts := strings.Split(text, ":")
	st.UID, st.GID = s.id(a, a.Users, parts[0]), s.id(a, a.Groups, parts[1])
	if len(parts) == 3 {
		mode, err := strconv.ParseUint(parts[2], 8, 16)
		if err != nil {
			s.t.Fatal(err)
		}
		st.Mode = Mode(mode)
	}
	if st.Type == File {
		st.Nlink = 1
	}
	return st
}

func (s *sample) id(a *sampleAccount, names map[uint32]string, name string) uint32 {
	id, ok := sampleIDs[name]
	if name == a.Name || name == "ACCOUNT" {
		id, ok = a.UID, true
	}
	if !ok {
		return uint32(s.number(name)) // one without a name
	}
	if id != a.UID {
		names[id] = name
	}
	return id
}

func (s *sample) plan() *Plan {
	s.t.Helper()
	var err error
	if s.header.Limits, err = Merge(DefaultLimits(), s.limits, nil); err != nil {
		s.t.Fatal(err)
	}
	if s.header.Inventory == 0 {
		s.header.Inventory = int64(len(s.all))
	}
	var file bytes.Buffer
	w, err := NewWriter(&file, s.header)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, a := range s.all {
		if err := a.write(w); err != nil {
			s.t.Fatal(err)
		}
	}
	wrote, err := w.Close()
	if err != nil {
		s.t.Fatal(err)
	}
	return opened(s.t, wrote, bytes.NewReader(file.Bytes()))
}

// opened opens a plan, which has to be what its writer says.
func opened(t testing.TB, wrote *Plan, r io.ReadSeeker) *Plan {
	t.Helper()
	read, err := Open(r)
	if err != nil {
		t.Fatal(err)
	}
	if wrote, err = wrote.From(r); err != nil {
		t.Fatal(err)
	}
	equal := cmp.Comparer(func(a, b io.ReadSeeker) bool { return a == b })
	ignored := cmpopts.IgnoreFields(Plan{}, "overview")
	if diff := cmp.Diff(read, wrote, cmp.AllowUnexported(Plan{}, verdictOn{}), ignored, cmpopts.EquateEmpty(), equal); diff != "" {
		t.Errorf("read and written (-read +written):\n%s", diff)
	}
	if diff := cmp.Diff(overviewText(t, read), overviewText(t, wrote)); diff != "" {
		t.Errorf("overviews (-read +written):\n%s", diff)
	}
	return read
}

func overviewText(t testing.TB, p *Plan) string {
	t.Helper()
	var b bytes.Buffer
	text := &text{w: bufio.NewWriter(&b), p: p}
	if err := errors.Join(text.overview(), text.w.Flush()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func (a *sampleAccount) write(w *Writer) error {
	d := NewDraft("")
	defer d.Close()
	for _, dir := range slices.Sorted(maps.Keys(a.blocks)) {
		b := a.blocks[dir]
		slices.SortStableFunc(b.Entries, func(x, y Entry) int { return strings.Compare(x.Name, y.Name) })
		if err := d.Add(b); err != nil {
			return err
		}
	}
	for _, p := range a.problems {
		if err := d.Problem(p); err != nil {
			return err
		}
	}
	return w.Account(a.Account, d)
}

func render(t testing.TB, p *Plan, o TextOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteText(&b, p, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
