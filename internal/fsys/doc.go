// Package fsys looks at one path without following a link, at one directory
// without crossing a mount, and at one inode without opening it.
//
// Everything starts at a directory that the caller trusts ([OpenRoot]) and goes
// down by descriptor: [Descend] checks each component on the way to a home,
// [Dir.OpenDir] goes below one and [Trail] below many, [Dir.List] and [Dir.Stat]
// look at what is there by name, and [Dir.Pin] takes hold of one inode so that
// what is checked is what is changed. Nothing here changes anything.
//
// It refuses to follow symbolic links (but for root's own above a home), to
// leave the mount that it stands on, and to open anything but directories: a
// pin is O_PATH, which neither blocks on a FIFO nor wakes a device.
//
// Read dir.go, trail.go, pin.go, descend.go, then trust.go.
package fsys
