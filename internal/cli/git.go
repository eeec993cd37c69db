package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"rightful/plan"
	"rightful/spec"
)

// Old policies are read by git(1), and not by a library: whoever keeps a policy
// in git has it, it refuses repositories of strangers, and to read a few objects
// is not worth a second implementation of packs, hashes and extensions in a
// program that runs as root. What it is asked for is plumbing that runs nothing:
// no hook, pager, filter or text conversion.

// policyAt is the files of the policy at path as they were at a revision.
func policyAt(ctx context.Context, revision, path string) ([]spec.PolicyFile, error) {
	// git refuses to make such a name, so that none is lost, and none is taken
	// for an option. After a colon there would be a path.
	if revision == "" || revision[0] == '-' || strings.ContainsAny(revision, ":\n\x00") {
		return nil, usagef("-compare %s: git:REV is needed, with a branch, a tag or a commit; the path is that of the policy", plan.Quote(gitPrefix+revision))
	}
	repository, base, err := policyPlace(path)
	if err != nil {
		return nil, err
	}
	if err := repository.trust(ctx); err != nil {
		return nil, err
	}
	commit, err := repository.line(ctx, "rev-parse", "--verify", revision+"^{commit}")
	if errors.As(err, new(*GitError)) {
		return nil, fmt.Errorf("%s: no such revision of the repository that holds %s", plan.Quote(gitPrefix+revision), plan.Quote(path))
	}
	if err != nil {
		return nil, err
	}
	files, err := repository.files(ctx, commit, base)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 && base == "" {
		return nil, emptyPolicy(gitName(revision, path))
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: not there at that revision", plan.Quote(gitName(revision, path)))
	}
	return repository.sources(ctx, gitName(revision, path), base, files)
}

func gitName(revision, path string) string { return gitPrefix + revision + ":" + path }

// repository is a folder that git looks from.
type repository string

// policyPlace is the folder that holds a policy and the name of its file there,
// which is empty where the folder itself is the policy.
func policyPlace(path string) (repository, string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", "", err
	}
	// A link, as from /etc into a checkout, is no part of the repository.
	if abs, err = filepath.EvalSymlinks(abs); err != nil {
		return "", "", err
	}
	info, err := os.Stat(abs)
	if err != nil {
		return "", "", err
	}
	if info.IsDir() {
		return repository(abs), "", nil
	}
	return repository(filepath.Dir(abs)), filepath.Base(abs), nil
}

// trust refuses a repository in which somebody else could have put another
// policy. That the folder is its owner's, git sees to.
func (r repository) trust(ctx context.Context) error {
	dir, err := r.line(ctx, "rev-parse", "--absolute-git-dir")
	if err != nil {
		return err
	}
	files, err := trustedFiles()
	if err != nil {
		return err
	}
	_, _, err = files.list(dir)
	return err
}

// object is one entry of a tree.
type object struct{ name, mode, kind, hash string }

// files are the policy's: the one of that name, or those of the folder.
func (r repository) files(ctx context.Context, commit, base string) ([]object, error) {
	args := []string{"ls-tree", "-z", commit}
	if base != "" {
		args = append(args, "--", base)
	}
	out, err := r.git(ctx, args...)
	if err != nil {
		return nil, err
	}
	var found []object
	for line := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		about, name, ok := strings.Cut(line, "\t")
		fields := strings.Fields(about)
		if ok && len(fields) == 3 && (name == base || base == "" && isPolicyFile(name, false)) {
			found = append(found, object{name, fields[0], fields[1], fields[2]})
		}
	}
	slices.SortFunc(found, func(a, b object) int { return strings.Compare(a.name, b.name) })
	return found, nil
}

func (r repository) sources(ctx context.Context, name, base string, files []object) ([]spec.PolicyFile, error) {
	var sources []spec.PolicyFile
	for _, file := range files {
		name := name
		if base == "" {
			name += "/" + file.name
		}
		// A link's content is where it leads.
		if file.kind != "blob" || !strings.HasPrefix(file.mode, "100") {
			return nil, fmt.Errorf("%s: not a file at that revision", plan.Quote(name))
		}
		data, err := r.git(ctx, "cat-file", "blob", file.hash)
		if err != nil {
			return nil, err
		}
		sources = append(sources, spec.PolicyFile{Name: name, Data: data})
	}
	return sources, nil
}

func (r repository) line(ctx context.Context, args ...string) (string, error) {
	out, err := r.git(ctx, args...)
	return strings.TrimSuffix(string(out), "\n"), err
}

// git is what git prints, or why it does not.
func (r repository) git(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", string(r), "--no-pager", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"}, args...)...)
	cmd.Env = gitEnvironment()
	out, err := cmd.Output()
	var failed *exec.ExitError
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return nil, fmt.Errorf("git:REV needs git(1): %w", err)
	case errors.As(err, &failed):
		return nil, &GitError{string(r), gitMessage(failed.Stderr)}
	case len(out) > maxFile:
		return nil, fmt.Errorf("%s: more than any policy needs", plan.Quote(string(r)))
	}
	return out, err
}

// gitEnvironment has nothing of the caller's but where programs are, and who
// called sudo: git believes his repositories as we believe his files. No
// configuration but the repository's own is read, nothing is fetched.
func gitEnvironment() []string {
	env := []string{
		"LC_ALL=C",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_ATTR_NOSYSTEM=1",
		"GIT_TERMINAL_PROMPT=0", "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none",
		"GIT_OPTIONAL_LOCKS=0", "GIT_NO_REPLACE_OBJECTS=1", "GIT_LITERAL_PATHSPECS=1",
	}
	for _, name := range []string{"PATH", "SUDO_UID"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// GitError is git's own word on a repository.
type GitError struct{ Folder, Message string }

func (e *GitError) Error() string {
	return plan.Quote(e.Folder) + ": git: " + plan.Printable(e.Message)
}

// gitMessage is the first line: what follows is advice on settings that we do
// not read.
func gitMessage(stderr []byte) string {
	line, _, _ := bytes.Cut(bytes.TrimSpace(stderr), []byte("\n"))
	if len(line) == 0 {
		return "it found nothing"
	}
	return strings.TrimPrefix(string(line), "fatal: ")
}
