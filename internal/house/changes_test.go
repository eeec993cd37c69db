package house

import (
	"go/ast"
	"go/types"
	"regexp"
	"strings"
	"testing"
)

// changers are the names, by package, that change files or their metadata, open
// them so that they can be changed, or run what might.
var changers = map[string]*regexp.Regexp{
	"os": regexp.MustCompile(`^(Chmod|Chown|Lchown|Chtimes|Remove|RemoveAll|Rename|Mkdir|MkdirAll|MkdirTemp|Symlink|Link|` +
		`WriteFile|Create|CreateTemp|CopyFS|OpenFile|OpenRoot|OpenInRoot|Truncate|StartProcess|O_WRONLY|O_RDWR|O_APPEND|O_CREATE|O_TRUNC)$`),
	"golang.org/x/sys/unix": regexp.MustCompile(`(?i)^(F?chmod.*|[FL]?chown.*|Unlink.*|Rmdir|Rename.*|Mkdir.*|Mknod.*|Mkfifo.*|Symlink.*|Link.*|` +
		`F?utime.*|Lutime.*|[FL]?setxattr.*|[FL]?removexattr.*|F?truncate|Fallocate|Creat|P?write.*|Sendfile|Splice|CopyFileRange|` +
		`U?mount.*|MoveMount|PivotRoot|Chroot|Exec|Ioctl.*|O_WRONLY|O_RDWR|O_APPEND|O_CREAT|O_TRUNC|O_TMPFILE|SYS_.*|(Raw)?Syscall.*)$`),
}

// suspects are packages in which everything changes something, but for this.
var suspects = map[string]*regexp.Regexp{
	"syscall":                       regexp.MustCompile(`^(E[A-Z0-9]+|SIG[A-Z0-9]+|Errno|Signal|Stat_t)$`),
	"os/exec":                       regexp.MustCompile(`^(LookPath|Error|ErrNotFound|ExitError)$`),
	"io/ioutil":                     regexp.MustCompile(`^$`),
	"github.com/google/renameio":    regexp.MustCompile(`^$`),
	"github.com/google/renameio/v2": regexp.MustCompile(`^$`),
}

// methods that change what a descriptor stands for, whoever has them.
var changingMethods = regexp.MustCompile(`^(Chmod|Chown|Lchown|Chtimes|Truncate|RemoveAll|MkdirAll|WriteFile)$`)

// allowed are the tool's own files, by package and name. What no code uses is
// an error too.
var allowed = map[string]string{
	"internal/cli os.MkdirTemp":                                  "the demo's folder",
	"internal/cli os.RemoveAll":                                  "the demo's folder, which it has made",
	"internal/cli os.CreateTemp":                                 "a plan that is not saved",
	"internal/cli os.Remove":                                     "the name of a plan that is not saved",
	"internal/cli github.com/google/renameio/v2.NewPendingFile":  "saved plans and approvals, formatted policies",
	"internal/cli github.com/google/renameio/v2.WithTempDir":     "saved plans, formatted policies",
	"internal/cli github.com/google/renameio/v2.WithPermissions": "saved plans and approvals, formatted policies",
	"internal/cli github.com/google/renameio/v2.IgnoreUmask":     "saved plans and approvals, formatted policies",
	"internal/cli github.com/google/renameio/v2.PendingFile":     "saved plans and snapshots",
	"internal/cli .Chown":                                        "a formatted policy stays its owner's",
	"internal/cli os.Create":                                     "profiles of the program itself, where somebody asks for them",
	"internal/cli os/exec.CommandContext":                        "git(1), which only reads: a policy as it was",
	"plan os.CreateTemp":                                         "the spool of a plan that is being written",
	"plan os.Remove":                                             "the name of that spool",
	"internal/demo os.RemoveAll":                                 "the tree that it builds and breaks",
	"internal/demo os.Chmod":                                     "the tree that it builds and breaks",
	"internal/demo os.MkdirAll":                                  "the tree that it builds and breaks",
	"internal/demo os.WriteFile":                                 "the tree that it builds and breaks",
	"internal/bench os.MkdirTemp":                                "the folder in which it builds trees",
	"internal/bench os.MkdirAll":                                 "the trees that it builds",
	"internal/bench os.Create":                                   "the trees that it builds",
	"internal/bench os.OpenRoot":                                 "a chain that is longer than a path may be",
	"internal/bench os.WriteFile":                                "policies beside the trees; its table and its chart; the kernel's caches, dropped",
	"internal/bench os.RemoveAll":                                "the records of runs on the trees",
	"internal/bench os/exec.Command":                             "what it does not measure",
	"internal/bench os/exec.CommandContext":                      "what it measures: rightful and others, on the trees",
	"internal/fsys golang.org/x/sys/unix.RawSyscall":             "for those that follow, untold to the scheduler",
	"internal/fsys golang.org/x/sys/unix.RawSyscall6":            "the same",
	"internal/fsys golang.org/x/sys/unix.Syscall6":               "the same, told",
	"internal/fsys golang.org/x/sys/unix.SYS_CLOSE":              "close",
	"internal/fsys golang.org/x/sys/unix.SYS_OPENAT2":            "openat2, which is never given O_CREAT",
	"internal/fsys golang.org/x/sys/unix.SYS_GETDENTS64":         "getdents64",
	"internal/fsys golang.org/x/sys/unix.SYS_STATX":              "statx",
	"internal/fsys golang.org/x/sys/unix.SYS_GETXATTRAT":         "which reads an attribute below a directory",
	"internal/fsys golang.org/x/sys/unix.SYS_NAME_TO_HANDLE_AT":  "which tells an inode from its successor",
	"internal/fsys golang.org/x/sys/unix.SYS_IOPRIO_SET":         "its own place in the disk's queue",
	"internal/fsys golang.org/x/sys/unix.Syscall":                "for SYS_IOPRIO_SET and SYS_IOCTL",
	"internal/fsys golang.org/x/sys/unix.SYS_IOCTL":              "which reads a filesystem's UUID",
	"internal/userdb os/exec.Command":                            "getent(1), which only reads",
}

// changes finds what could change files outside apply.
func changes(s *source) (found []string) {
	if s.pkg == "apply" {
		return nil
	}
	forEachChange(s, func(n ast.Node, name string) {
		if allowed[s.pkg+" "+name] == "" {
			found = append(found, s.at(n, "%s: only apply changes files; the tool's own are named in internal/house", name))
		}
	})
	return found
}

func forEachChange(s *source, found func(n ast.Node, name string)) {
	s.uses(func(n ast.Node, path, name string) {
		harmful, suspect := changers[path], suspects[path]
		if harmful != nil && harmful.MatchString(name) || suspect != nil && !suspect.MatchString(name) {
			found(n, path+"."+name)
		}
	})
	s.inspect(func(n ast.Node) {
		if call, ok := n.(*ast.CallExpr); ok {
			if sel, ok := call.Fun.(*ast.SelectorExpr); ok && changingMethods.MatchString(sel.Sel.Name) && !s.isPackage(sel.X) && !s.isOwn(sel.Sel) {
				found(n, "."+sel.Sel.Name)
			}
		}
	})
}

// isOwn is true for a method of a type of the package's own.
func (s *source) isOwn(method *ast.Ident) bool {
	fn, ok := s.info.Uses[method].(*types.Func)
	return ok && fn.Pkg() != nil && fn.Pkg().Path() == s.pkg
}

func TestChanges(t *testing.T) {
	hold(t, changes)
	for _, code := range []string{
		`import "os"; func f() { os.Chmod("x", 0) }`,
		`import "os"; var f = os.Lchown`,
		`import o "os"; func f() { _ = o.RemoveAll("x") }`,
		`import "os"; func f(h *os.File) { h.Chown(0, 0) }`,
		`import "os"; func f() { os.OpenFile("x", os.O_RDWR, 0) }`,
		`import "os"; func f() { os.OpenRoot("x") }`,
		`import "golang.org/x/sys/unix"; func f() { unix.Fchmodat(0, "x", 0, 0) }`,
		`import "golang.org/x/sys/unix"; func f() { unix.Chmod("x", 0) }`,
		`import "golang.org/x/sys/unix"; func f() { unix.Renameat2(0, "x", 0, "y", 0) }`,
		`import "golang.org/x/sys/unix"; const f = unix.O_RDONLY | unix.O_CREAT`,
		`import "golang.org/x/sys/unix"; func f() { unix.Syscall(unix.SYS_FCHMODAT, 0, 0, 0) }`,
		`import "golang.org/x/sys/unix"; func f() { unix.Fsetxattr(0, "x", nil, 0) }`,
		`import "syscall"; func f() { syscall.Rmdir("x") }`,
		`import "syscall"; func f() { syscall.Symlink("x", "y") }`,
		`import "syscall"; func f() { syscall.Syscall(0, 0, 0, 0) }`,
		`import "os/exec"; func f() { exec.Command("chmod", "0", "x") }`,
		`import "github.com/google/renameio/v2"; func f() { renameio.WriteFile("x", nil, 0) }`,
	} {
		sees(t, changes, "reconcile", code, true)
		sees(t, changes, "internal/fsys", code, true)
		sees(t, changes, "apply", code, false)
	}
	sees(t, changes, "reconcile", `import "os"; func f() { os.Open("x"); os.Lstat("x") }`, false)
	sees(t, changes, "plan", `type acl int; func (acl) Chmod() {}; func f(a acl) { a.Chmod() }`, false)
	sees(t, changes, "reconcile", `import "syscall"; const f = syscall.ENOENT`, false)
	sees(t, changes, "internal/fsys", `import "golang.org/x/sys/unix"; func f() { unix.Openat(0, "x", unix.O_PATH, 0) }`, false)
}

func TestAllowedIsUsed(t *testing.T) {
	used := map[string]bool{}
	for _, s := range house(t) {
		forEachChange(s, func(_ ast.Node, name string) { used[s.pkg+" "+name] = true })
	}
	for name := range allowed {
		if !used[name] {
			t.Errorf("%s is allowed, and not used", name)
		}
		if allowed[name] == "" || strings.Contains(name, "apply ") {
			t.Errorf("%s needs a reason", name)
		}
	}
}
