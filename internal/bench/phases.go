package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
)

// work is one process to measure.
type work struct {
	name    string
	peer    bool   // another program
	aside   bool   // not for a page's table
	cold    bool   // with nothing in the kernel's caches
	missing string // why it cannot be measured here
	argv    []string
	before  func() error // not measured; may be nil
	after   func() error // the same
}

const (
	cleanName = "plan, nothing to change"
	findName  = "find, one mode test"
)

// phases is what rightful does with a host: they follow from each other, and
// leave the tree as it was.
func (b *bench) phases(h *host) []work {
	modes, back, owners := h.path("modes.plan"), h.path("back.plan"), h.path("owners.plan")
	state := []string{"-state-dir", h.path("state")}
	apply := append([]string{b.rightful, "apply"}, state...)
	undo := append([]string{b.rightful, "undo"}, state...)
	// A run may be named by the beginning of its name, and this is the only one.
	const onlyRun = "20"

	all := []work{
		{name: cleanName, argv: b.plan(h, "clean.yaml", "-detailed-exitcode")},
		{name: "plan, access of three identities", argv: b.plan(h, "access.yaml", "-detailed-exitcode")},
		{name: "plan, every mode wrong, saved", argv: b.plan(h, "modes.yaml", "-out", modes), before: h.forget},
		{name: "show", aside: true, argv: []string{b.rightful, "show", modes}},
		{name: "approve", aside: true, argv: []string{b.rightful, "approve", "-all", modes}},
		{name: "apply", argv: append(apply, modes)},
		{name: "undo: plan", aside: true, argv: append(undo, "-out", back, onlyRun)},
		{name: "undo: apply", aside: true, argv: append(apply, back), before: b.approve(back)},
	}
	if os.Geteuid() != 0 {
		return all
	}
	return append(
		all,
		work{name: "plan, every group and mode wrong, saved", aside: true, argv: b.plan(h, "owners.yaml", "-out", owners)},
		work{
			name: "apply, groups and modes", aside: true, argv: append(apply, owners),
			before: b.approve(owners), after: func() error { return b.reset(h) },
		},
	)
}

func (b *bench) plan(h *host, policy string, more ...string) []string {
	argv := []string{b.rightful, "plan", "-root", h.path("root"), "-policy", h.path(policy)}
	return append(append(argv, h.flags...), more...)
}

func (b *bench) approve(plan string) func() error {
	return func() error { return b.quietly(b.rightful, "approve", "-all", plan) }
}

// forget removes the records of the runs before.
func (h *host) forget() error { return os.RemoveAll(h.path("state")) }

// others are other programs that look at a tree, or change it. Each changes every
// mode, or every owner, as rightful does, and the tree is put back afterwards.
func (b *bench) others(h *host) []work {
	homes, nobody := h.homes(), strconv.Itoa(firstUID-1)
	const modes = "u=rwX,g=rX,o="
	all := []work{
		{name: findName, argv: []string{"find", homes, "-type", "f", "!", "-perm", "644"}},
		{name: "find -printf '%m %U %G'", aside: true, argv: []string{"find", homes, "-printf", "%m %U %G\n"}},
		{name: "mtree -c", argv: []string{"mtree", "-c", "-k", "type,uid,gid,mode", "-p", homes}},
	}
	for _, w := range []work{
		{name: "chmod -R", aside: true, argv: []string{"chmod", "-R", modes, homes}},
		{name: "systemd-tmpfiles, Z", aside: true, argv: []string{"systemd-tmpfiles", "--create", h.path("tmpfiles.conf")}},
		{name: "chown -R", aside: true, argv: rootOnly("chown", "-R", "-h", nobody+":"+nobody, homes)},
		{name: "chown -R, chmod -R", argv: rootOnly("sh", "-ec", fmt.Sprintf(
			"chown -R -h %s:%[1]s %s; chmod -R %s %[2]s", nobody, quoted(homes), modes))},
		{name: "chown -R, find -exec chmod for files, for directories", aside: true, argv: rootOnly("sh", "-ec", fmt.Sprintf(
			"chown -R -h %s:%[1]s %s; find %[2]s -type f -exec chmod 640 {} +; find %[2]s -type d -exec chmod 750 {} +", nobody, quoted(homes)))},
		{name: "ansible, file with recurse", aside: true, argv: []string{
			"ansible", "localhost", "-c", "local", "-m", "file", "-a", "recurse=yes mode=" + modes + " path=" + homes,
		}},
	} {
		w.after = func() error { return b.reset(h) }
		all = append(all, w)
	}
	for i := range all {
		all[i].peer = true
		all[i].missing = b.lacks(all[i].argv)
	}
	return all
}

const coldName = ", cold caches"

// chilled are those of the works that are measured once more from cold caches,
// where it is the disk that is waited for.
func chilled(works []work) (again []work) {
	for _, w := range works {
		if w.name == cleanName || w.name == findName {
			w.name, w.cold, w.aside = w.name+coldName, true, w.peer
			again = append(again, w)
		}
	}
	return again
}

func rootOnly(argv ...string) []string {
	if os.Geteuid() != 0 {
		return nil
	}
	return argv
}

// lacks says what is missing for a program, if it is.
func (b *bench) lacks(argv []string) string {
	switch {
	case len(argv) == 0:
		return "needs root"
	case argv[0] == "ansible" && !b.ansible:
		return "only with -ansible"
	}
	if _, err := exec.LookPath(argv[0]); err != nil {
		return "not found"
	}
	return ""
}
