package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v3"

	"rightful/internal/fsys"
	"rightful/internal/userdb"
	"rightful/plan"
)

const rootVariable = "RIGHTFUL_ROOT"

func rootFlag() cli.Flag {
	return &cli.StringFlag{
		Name: "root", Value: "/", Sources: cli.EnvVars(rootVariable),
		Usage: "look up homes, passwd and group files, limits, skip_when and from: below `DIR`",
	}
}

// host is the system below one root.
type host struct {
	path   string // absolute
	root   *fsys.Dir
	files  fsys.Files
	users  *userdb.DB
	passwd *userdb.DB
}

func openHost(c *cli.Command) (*host, error) {
	if c.String("root") == "" {
		return nil, usagef("-root, or %s, is empty", rootVariable)
	}
	path, err := filepath.Abs(c.String("root"))
	if err != nil {
		return nil, err
	}
	return openRoot(path)
}

func openRoot(path string) (*host, error) {
	root, err := fsys.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	h := &host{path: path, root: root, files: fsys.NewFiles(root, callerTrust())}
	h.passwd = userdb.Files(h.read)
	if h.users = h.passwd; path == "/" {
		h.users = userdb.Host(h.read)
	}
	return h, nil
}

func (h *host) Close() error { return h.root.Close() }

func (h *host) read(path string) ([]byte, error) { return h.files.Read(path, maxFile) }

// thisHost names the machine, so that a plan is not applied to another.
func thisHost() (plan.Host, error) {
	name, err := os.Hostname()
	if err != nil {
		return plan.Host{}, err
	}
	id, err := os.ReadFile("/etc/machine-id")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return plan.Host{}, err
	}
	// machine-id(5) asks that the number itself is not shown to others.
	sum := sha256.Sum256([]byte("rightful\n" + strings.TrimSpace(string(id))))
	return plan.Host{Name: name, MachineID: hex.EncodeToString(sum[:16])}, nil
}

// caller names who runs this, and for whom, for approvals and journals.
func caller() string {
	name := fmt.Sprintf("uid %d", os.Getuid())
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if sudo := os.Getenv("SUDO_USER"); sudo != "" && os.Geteuid() == 0 {
		return sudo + " as " + name
	}
	return name
}
