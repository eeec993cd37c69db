package fsys

import (
	"golang.org/x/sys/unix"

	"rightful/plan"
)

// KeepsACLs reports whether the filesystem of d keeps ACLs.
func (d *Dir) KeepsACLs() bool {
	_, err := unix.Fgetxattr(d.fd, XattrAccess, nil)
	return err != unix.EOPNOTSUPP
}

// ACLImages reads ACLs and keeps one copy of each: the million files of a host
// have a handful. It is for one goroutine.
type ACLImages struct {
	kept map[string]string
	buf  [512]byte // more than most need
}

// maxImages bounds what a customer's inventiveness may cost.
const maxImages = 1024

// NewACLImages has none yet.
func NewACLImages() *ACLImages { return &ACLImages{kept: map[string]string{}} }

// ReadACLs completes info with the ACLs of the directory or file that it is of,
// a name that has just been looked at. It allocates only for an ACL that it has
// not met.
func (d *Dir) ReadACLs(name string, info *Info, images *ACLImages) (err error) {
	if info.Access, err = d.readACL(name, XattrAccess, images); err == nil && info.Type == plan.Directory {
		info.Default, err = d.readACL(name, XattrDefault, images)
	}
	if err == unix.ENOSYS {
		var s plan.State
		if s, _, err = d.observePinned(name); err == nil {
			info.Access, info.Default = s.Access, s.Default
		}
	}
	return err
}

func (d *Dir) readACL(name, attr string, images *ACLImages) (string, error) {
	n, err := d.getxattrat(name, unix.AT_SYMLINK_NOFOLLOW, attr, images.buf[:])
	switch err {
	case nil:
		return images.keep(images.buf[:n]), nil
	case unix.ENODATA, unix.EOPNOTSUPP:
		return "", nil
	case unix.ERANGE:
		return d.xattr(name, attr)
	}
	return "", err
}

func (i *ACLImages) keep(raw []byte) string {
	if image, ok := i.kept[string(raw)]; ok {
		return image
	}
	if len(i.kept) == maxImages {
		clear(i.kept)
	}
	image := string(raw)
	i.kept[image] = image
	return image
}
