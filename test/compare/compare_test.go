package compare

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

const (
	// corpora are the configurations, the answers and the program that compares, beside the project: they belong to others.
	corpora = "../../../shared/corpora"
	// everything is the environment variable that asks for all configurations, as `make verify` does; without it the small
	// ones are compared, so that the fast loop stays fast.
	everything = "BOWSPRIT_COMPARE_ALL"
	// small are the configurations that take a few seconds together.
	small = "kcp,tektoncd,kubestellar,prow-integration,openshift-fixtures"
)

func TestAnswersAreProws(t *testing.T) {
	root, err := filepath.Abs(corpora)
	if err != nil {
		t.Fatal(err)
	}
	judge := filepath.Join(root, "compare")
	if _, err := os.Stat(judge); errors.Is(err, fs.ErrNotExist) {
		t.Skip("the configurations to compare with are not here: they are looked for in ../shared/corpora beside the project")
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("python3, which compares, is not installed")
	}
	args := []string{"--bin", build(t), "--show", "5"}
	if os.Getenv(everything) == "" {
		args = append(args, "--only", small)
	}
	out, err := exec.Command(judge, args...).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("compare: %v", err)
	}
}

// build compiles the program; Go's cache makes the second time quick.
func build(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "bowsprit")
	cmd := exec.Command("go", "build", "-o", bin, "../../cmd/bowsprit")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return bin
}
