package plan

import (
	"slices"
	"strconv"
	"strings"
)

// describe says what a change does to an entry of an account, then what it
// leaves in brackets: owner, group and mode are never hidden, as nobody can
// judge "mode 0600 -> 0644" without knowing whose file it is.
func describe(a *Account, c *Change) string {
	var s string
	switch c.Action {
	case Add:
		s = ownership(a, c.After) + modeText(c.After) + aclsText(a, c.After)
		if c.Content != nil {
			s += "   " + count(c.Content.Size, "byte")
		}
	case Remove:
		s = "is " + ownership(a, c.Before) + modeText(c.Before) + aclsText(a, c.Before)
	default:
		s = difference(a, c)
	}
	for _, mark := range marks(c) {
		s += "   " + mark
	}
	return s
}

// marks are what an approver must not miss.
func marks(c *Change) []string {
	var m []string
	if c.Classes&Take != 0 {
		m = append(m, "TAKE")
	}
	if c.Restore != "" {
		m = append(m, "from quarantine")
	}
	if c.OneWay {
		m = append(m, "CANNOT BE UNDONE")
	}
	return m
}

func ownership(a *Account, s State) string {
	return userName(a, s.UID) + ":" + groupName(a, s.GID)
}

// modeText leaves symlinks out, whose mode means nothing.
func modeText(s State) string {
	if s.Type == Symlink {
		return ""
	}
	return "   mode " + s.Mode.String()
}

// aclsText leaves out what is not there.
func aclsText(a *Account, s State) string {
	var all string
	for i, is := range aclTexts(a, s) {
		if is != noACL {
			all += "   " + aclNames[i] + " " + is
		}
	}
	return all
}

// aclNames are what aclTexts are of.
var aclNames = [...]string{"acl", "default acl"}

func aclTexts(a *Account, s State) [2]string {
	user := func(id uint32) string { return userName(a, id) }
	group := func(id uint32) string { return groupName(a, id) }
	return [...]string{s.ACLText(user, group), s.DefaultACLText(user, group)}
}

func difference(a *Account, c *Change) string {
	does, leaves := differences(a, c)
	s := strings.Join(does, "   ")
	if leaves != "" {
		s += " " + leaves
	}
	return s
}

// differences is what a change does, and in brackets what it leaves.
func differences(a *Account, c *Change) (does []string, left string) {
	before, after := c.Before, c.After
	var leaves []string
	attribute := func(name, was, is string) {
		if was != is {
			does = append(does, name+" "+was+" -> "+is)
			return
		}
		leaves = append(leaves, name+" "+is)
	}
	attribute("owner", userName(a, before.UID), userName(a, after.UID))
	attribute("group", groupName(a, before.GID), groupName(a, after.GID))
	if len(leaves) == 2 {
		leaves = []string{ownership(a, after)}
	}
	if after.Type != Symlink {
		attribute("mode", before.Mode.String(), after.Mode.String())
	}
	if before.Target != after.Target {
		does = append(does, "target "+Quote(before.Target)+" -> "+Quote(after.Target))
	}
	was, is := aclTexts(a, before), aclTexts(a, after)
	changed := [...]bool{before.Access != after.Access, before.Default != after.Default}
	for i, name := range aclNames {
		if changed[i] && was[i] != is[i] {
			does = append(does, name+" "+was[i]+" -> "+is[i])
		} else if is[i] != noACL {
			leaves = append(leaves, name+" "+is[i])
		}
	}
	if len(leaves) > 0 {
		left = "(" + strings.Join(leaves, ", ") + ")"
	}
	return does, left
}

func userName(a *Account, id uint32) string  { return nameOr(a.Users[id], id) }
func groupName(a *Account, id uint32) string { return nameOr(a.Groups[id], id) }

func nameOr(name string, id uint32) string { return Quote(rawName(name, id)) }

// rawName is the number where there is no name, and where the name is made of
// digits, which would pass for another number.
func rawName(name string, id uint32) string {
	if strings.Trim(name, "0123456789") == "" {
		return strconv.FormatUint(uint64(id), 10)
	}
	return name
}

// attributes is the order that a change's rules are told in.
func attributes(r Rules) []Attribute {
	order := []Attribute{AttrEntry, AttrOwner, AttrGroup, AttrMode, AttrTarget, AttrACL}
	var known, other []Attribute
	for _, a := range order {
		if _, ok := r[a]; ok {
			known = append(known, a)
		}
	}
	for a := range r {
		if !slices.Contains(order, a) {
			other = append(other, a)
		}
	}
	slices.Sort(other)
	return append(known, other...)
}

// sources is the lines of policy that want a change, each once, and those of
// one file together: site.yaml:11,12,31.
func sources(r Rules) string { return strings.Join(sourceList(r), " ") }

func sourceList(r Rules) []string {
	var files []string
	numbers := map[string][]string{}
	for _, a := range attributes(r) {
		i := max(strings.LastIndexByte(r[a], ':'), 0)
		file, number := r[a][:i], Quote(r[a][i+1:])
		if numbers[file] == nil {
			files = append(files, file)
		}
		if !slices.Contains(numbers[file], number) {
			numbers[file] = append(numbers[file], number)
		}
	}
	for i, file := range files {
		files[i] = Quote(file) + ":" + strings.Join(numbers[file], ",")
	}
	return files
}

// subject is an entry's path as the line of its step begins: directories end in
// a slash, symlinks show where they lead.
func subject(path string, c *Change) string {
	s := c.After
	if c.Action == Remove {
		s = c.Before
	}
	quoted := Quote(path)
	switch {
	case s.Type == Directory:
		return quoted + "/"
	case s.Type == Symlink && c.Before.Target == c.After.Target || s.Type == Symlink && c.Action != Update:
		return quoted + " -> " + Quote(s.Target)
	}
	return quoted
}

// pathOf is an entry's path, "." for the home.
func pathOf(b *Block, e *Entry) string { return Join(b.Dir, e.Name) }

// inside says what else goes with a removed directory.
func inside(e *Entry) string {
	if e.Inside == 0 {
		return ""
	}
	return "   with " + count(e.Inside, "object") + " inside"
}
