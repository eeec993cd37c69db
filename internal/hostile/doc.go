// Package hostile attacks the program as it is shipped. Its tests build the
// binary and give it a host whose customers are hostile; find(1), stat(1),
// getfacl(1) and sha256sum(1) say what has become of that host. Beside the homes
// every host has an "outside", on the same filesystem, whose inode numbers and
// change times must never move, and a neighbour who must get all that was
// planned for him.
//
// Attacks in the middle of a run need no luck: the program stops before each of
// its changing calls until the test lets it go on (supervisor_test.go). The same
// way a call fails, lies, or is the last, and a call that trusts a path below
// the root fails whatever test sees it. Real races come on top, with a process
// that swaps names as fast as the kernel lets it (race_test.go).
//
// The threats, by the numbers of the threat table:
//
//	T1  TestT01FinalSymlinkSwap, TestRaces
//	T2  TestT02ParentSymlinkSwap, TestRaces
//	T3  TestT03HardLinkToForeignFile
//	T4  TestT04HardLinkLeftAlone, TestPanels/K2. Not root's own file left alone
//	    with fs.protected_hardlinks at 1: nothing tells it from root's file
//	    that was always there, so taking it is the policy's decision (take_from).
//	T5  TestT05OwnFileSwap, TestT05InodeNumberReused, TestRaces
//	T6  TestT06AddIntoHostileDirectory
//	T7  TestT07MountInside, TestT07HungFUSE
//	T8  TestT08SpecialFiles
//	T9  TestT09SetID, TestT09NeverSet
//	T10 TestT10ContentControlSurvives
//	T11 TestT11NeverWider, TestFaults, TestKills
//	T12 TestT12RemoveSwapped, TestT12RemovedTreeGrows
//	T13 TestT13DeepNesting, TestT13DeepRemoval
//	T14 TestT14Budgets, TestT14AllModes, TestT14HugeDirectory,
//	    TestT14FewDescriptors, TestT14FewDescriptorsManyPlaces, TestT14ManyLongReasons, TestT14MillionFiles (-huge)
//	T15 TestT15HostileNames
//	T16 TestT16HostileACL, TestACLStory, TestACLStale, TestACLSettles
//	T17 TestT17Immutable
//	T18 TestT18FullAndReadOnly, TestFaults. Quotas only as EDQUOT in TestFaults:
//	    few test machines have them.
//	T19 TestT19ChangesDuringWalk, TestRaces
//	T20 TestT20TamperedPlan, TestT20Replay. Not another machine: the machine
//	    would have to change under the test; package apply has that test.
//	T21 TestT21SymlinkAsLever, TestPanels
//	T22 TestT22Names. Not a directory service that is down: below -root names
//	    come from files; package userdb tests getent(1).
//	T23 TestT23NotEvenRoot, with EACCES for root at each call, as an NFS server
//	    gives it. Not NFS itself, which few test machines have.
//	T24 TestT24WithoutFSETID
//	T25 TestT25OldKernel, TestNoOpenat2NoProc
//
// Those that take long are left out with -short.
//
// The package needs root, and skips with a reason what else is missing: acl,
// attr, e2fsprogs, xfsprogs, btrfs-progs, libcap2-bin, util-linux, bindfs,
// python3. How long its loops run is said by -tries, -kills, -faults and -huge.
package hostile
