package main

import (
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
)

// Machine is what the numbers were measured on. What cannot be found is empty.
type Machine struct {
	CPU        string `json:"cpu"`
	Cores      int    `json:"cores"`
	Memory     int64  `json:"memory_bytes"`
	Kernel     string `json:"kernel"`
	Filesystem string `json:"filesystem"`
	Root       bool   `json:"root"`
	Go         string `json:"go"`
}

func (b *bench) machine() Machine {
	m := Machine{Cores: runtime.NumCPU(), Root: os.Geteuid() == 0, Go: runtime.Version()}
	m.CPU = field("/proc/cpuinfo", "model name")
	kib, _, _ := strings.Cut(field("/proc/meminfo", "MemTotal"), " ")
	if n, err := strconv.ParseInt(kib, 10, 64); err == nil {
		m.Memory = n << 10
	}
	if text, err := b.output("uname", "-sr"); err == nil {
		m.Kernel = text
	}
	if text, err := b.output("df", "--output=fstype", b.dir); err == nil {
		m.Filesystem = text[strings.LastIndexByte(text, '\n')+1:]
	}
	return m
}

// field is the first value of a name in one of the files of proc(5).
func field(path, name string) string {
	text, _ := os.ReadFile(path)
	found := regexp.MustCompile(`(?m)^` + name + `\s*:\s*(.*)$`).FindSubmatch(text)
	if found == nil {
		return ""
	}
	return string(found[1])
}

func (m *Machine) String() string {
	who := "as an ordinary user"
	if m.Root {
		who = "as root"
	}
	return fmt.Sprintf("%s, %d cores, %d GiB of memory, %s, %s, %s, %s",
		m.CPU, m.Cores, (m.Memory+1<<29)>>30, m.Kernel, m.Filesystem, m.Go, who)
}
