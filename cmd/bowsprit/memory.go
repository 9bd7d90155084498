package main

import (
	"bytes"
	"os"
	"runtime/debug"
	"strconv"
)

// peakRSS is the largest resident memory of this process so far, in KiB; 0 where the system has no /proc.
func peakRSS() int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(status, []byte("\nVmHWM:"))
	fields := bytes.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kb, err := strconv.Atoi(string(fields[0]))
	if err != nil {
		return 0
	}
	return kb
}

// loadGC is GOGC while a configuration is loaded: a tenth less memory for a tenth more processor time, by measurement
// (docs/reference/performance.md).
const loadGC = 70

// spareMemory makes the collector keep the heap of a load small, unless GOGC says otherwise; what it returns ends that.
func spareMemory() (end func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(loadGC)
	return func() { debug.SetGCPercent(before) }
}
