package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/urfave/cli/v3"

	"rightful/internal/fsys"
	"rightful/plan"
	"rightful/spec"
)

const (
	localPolicy = "rightful.yaml"
	hostPolicy  = "/etc/rightful/policy"

	policyVariable = "RIGHTFUL_POLICY"

	// maxFile is more than any policy file, approval or account database needs.
	maxFile = 64 << 20
)

func policyFlag() cli.Flag {
	return &cli.StringFlag{
		Name: "policy", Sources: cli.EnvVars(policyVariable),
		Usage: "policy file or folder `PATH` (default: " + localPolicy + ", then " + hostPolicy + ")",
	}
}

func policyFlags() []cli.Flag {
	return []cli.Flag{
		policyFlag(),
		&cli.StringSliceFlag{Name: "var", Usage: "set a scalar variable of the policy, as `K=V`"},
	}
}

// policy is a policy, with where it was found and the files it was made of.
type policy struct {
	*spec.Policy
	path  string
	files []plan.PolicyFile
	vars  map[string]string // that the command line set
}

var errNoPolicy = errors.New("no policy: neither " + localPolicy + " here nor " + hostPolicy + "; name one with -policy")

// loadPolicy reads the policy that the command line names.
func loadPolicy(c *cli.Command) (*policy, error) {
	vars, err := parseVars(c.StringSlice("var"))
	if err != nil {
		return nil, err
	}
	path, err := policyPath(c)
	if err != nil {
		return nil, err
	}
	return readPolicy(path, vars)
}

// policyPath is where the policy is that the command line names.
func policyPath(c *cli.Command) (string, error) {
	if c.IsSet("policy") {
		if c.String("policy") == "" {
			return "", usagef("-policy, or %s, is empty", policyVariable)
		}
		return c.String("policy"), nil
	}
	for _, path := range []string{localPolicy, hostPolicy} {
		// Only what is not there at all leads to the next choice: a policy that
		// cannot be trusted or read is an error.
		if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
			return path, nil
		}
	}
	return "", errNoPolicy
}

func parseVars(settings []string) (map[string]string, error) {
	vars := map[string]string{}
	for _, s := range settings {
		name, value, ok := strings.Cut(s, "=")
		if !ok || name == "" {
			return nil, usagef("-var %s: K=V is needed", plan.Quote(s))
		}
		vars[name] = value
	}
	return vars, nil
}

func readPolicy(path string, vars map[string]string) (*policy, error) {
	return readPolicyAs(path, path, vars)
}

// readPolicyAs gives the policy at path the name that it had when the working
// directory was another: what is said of it has the same places.
func readPolicyAs(path, name string, vars map[string]string) (*policy, error) {
	files, err := trustedFiles()
	if err != nil {
		return nil, err
	}
	names, err := policyFiles(files, path, false)
	if err != nil {
		return nil, err
	}
	var sources []spec.PolicyFile
	for _, file := range names {
		data, err := files.read(file)
		if err != nil {
			return nil, err
		}
		name := name
		if file != path {
			name = filepath.Join(name, filepath.Base(file))
		}
		sources = append(sources, spec.PolicyFile{Name: name, Data: data})
	}
	return parsePolicy(name, sources, vars)
}

// parsePolicy makes a policy of its files.
func parsePolicy(name string, sources []spec.PolicyFile, vars map[string]string) (*policy, error) {
	p := &policy{path: name, vars: vars}
	for _, file := range sources {
		sum := sha256.Sum256(file.Data)
		p.files = append(p.files, plan.PolicyFile{Name: file.Name, SHA256: hex.EncodeToString(sum[:])})
	}
	var err error
	p.Policy, err = spec.Parse(sources, vars)
	return p, err
}

// policyFiles is the files that make the policy at path: itself, or those of a
// folder, with or without its tests.
func policyFiles(files *trusted, path string, tests bool) ([]string, error) {
	names, isFolder, err := files.list(path)
	if err != nil || !isFolder {
		return []string{path}, err
	}
	var found []string
	for _, name := range names {
		if isPolicyFile(name, tests) {
			found = append(found, filepath.Join(path, name))
		}
	}
	if len(found) == 0 {
		return nil, emptyPolicy(path)
	}
	return found, nil
}

// isPolicyFile is true for the files of a folder that make a policy.
func isPolicyFile(name string, tests bool) bool {
	test := strings.HasSuffix(name, testSuffix)
	return strings.HasSuffix(name, ".yaml") && (tests || !test) && name[0] != '.'
}

func emptyPolicy(path string) error {
	return fmt.Errorf("%s: no policy in it: no file ends in .yaml", plan.Quote(path))
}

// trusted reads what root may believe: for root, files of his own or of the
// user who called sudo, in folders that nobody else can write.
type trusted struct{ files fsys.Files }

func trustedFiles() (*trusted, error) {
	root, err := fsys.OpenRoot("/")
	if err != nil {
		return nil, err
	}
	return &trusted{fsys.NewFiles(root, callerTrust())}, nil
}

// callerTrust is nil for an ordinary user: his mistakes are his own.
func callerTrust() fsys.Trust {
	if os.Geteuid() != 0 {
		return nil
	}
	sudo, err := strconv.ParseUint(os.Getenv("SUDO_UID"), 10, 32)
	return func(uid uint32) bool { return uid == 0 || err == nil && uid == uint32(sudo) }
}

func (t *trusted) read(path string) ([]byte, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	return t.files.Read(abs, maxFile)
}

func (t *trusted) open(path string) (*os.File, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	return t.files.Open(abs)
}

func (t *trusted) list(path string) ([]string, bool, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, false, err
	}
	return t.files.List(abs)
}
