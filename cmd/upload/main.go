// Command bowsprit-upload runs beside a decorated job and stores what it leaves behind, in Prow's layout: started.json at once, and when
// the job's processes have ended their logs, the artifacts, and finished.json last. It must not know Kubernetes or Tekton. What goes
// wrong here is told in its log and never fails the job.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/bowsprit-ci/bowsprit/pipelines/uploadspec"
)

func main() { run() }

// run does the work once. Whatever happens, the file that the job waits for is made, if the options say which.
func run() {
	opts, err := uploadspec.Parse(os.Getenv(uploadspec.EnvName))
	if opts.Done == "" {
		fmt.Println("upload:", err)
		return
	}
	logs, unopened := openFolderOf(opts.Logs())
	if unopened == nil {
		defer logs.close()
		defer makeDone(logs, opts.Done)
	}
	if err := errors.Join(err, unopened); err != nil {
		fmt.Println("upload:", err)
		return
	}
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	if opts.Alive != "" {
		go keepAlive(logs, opts.Alive)
	}
	u, err := newUploader(context.Background(), opts, logs, os.Stdout)
	if err != nil {
		fmt.Println("upload:", err)
		return
	}
	defer u.store.close()
	u.work(context.Background(), interrupted)
}

// makeDone tells the job that it may end. If that is impossible, the job ends by itself, since our signs of life end, too.
func makeDone(logs folder, file string) {
	if err := logs.replace(file, ""); err != nil {
		fmt.Println("upload: tell the job that it may end:", err)
	}
}

// aliveEvery is less than runspec's minute.
const aliveEvery = 20 * time.Second

func keepAlive(logs folder, file string) {
	for {
		if err := logs.replace(file, time.Now().UTC().Format(time.RFC3339)); err != nil {
			fmt.Println("upload: give a sign of life:", err)
		}
		time.Sleep(aliveEvery)
	}
}
