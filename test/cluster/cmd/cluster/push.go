package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/image"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/lifecycle"
)

func pushCommand() *cobra.Command {
	var r lifecycle.PushRequest
	cmd := &cobra.Command{
		Use:   "push NAME[:TAG]",
		Short: "Build an image from files of this host, push it below the image prefix and print its reference by digest",
		Example: "  cluster push bowsprit/tools:dev --base rootfs --binary bin/tools:/usr/local/bin/tools --entrypoint /usr/local/bin/tools\n" +
			"  cluster push bowsprit/demo-job:dev --base demo-job",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := open()
			if err != nil {
				return err
			}
			r.Name = args[0]
			ref, err := c.Push(cmd.Context(), r)
			if err == nil {
				fmt.Println(ref)
			}
			return err
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&r.Binaries, "binary", nil, "HOSTPATH:/path/in/image, an executable file; may be given more than once")
	f.StringVar(&r.Base, "base", "scratch", "what is below the binaries: scratch, rootfs (Debian with git and make) or demo-job (rootfs with Go)")
	f.StringSliceVar(&r.Entrypoint, "entrypoint", nil, "entrypoint, its arguments separated by commas")
	f.StringVar(&r.User, "user", "", "user (and group) number; default root")
	f.StringArrayVar(&r.Env, "env", nil, "NAME=VALUE; may be given more than once")
	return cmd
}

func logsCommand() *cobra.Command {
	return &cobra.Command{Use: "logs COMPONENT", Short: "Print a component's log", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := open()
			if err != nil {
				return err
			}
			return c.Logs(cmd.OutOrStdout(), args[0])
		}}
}

// registryCommand is the registry's daemon, which `up` starts.
func registryCommand() *cobra.Command {
	return &cobra.Command{Use: "serve-registry ADDRESS FOLDER", Hidden: true, Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			handler, err := image.Handler(args[1])
			if err != nil {
				return err
			}
			listener, err := net.Listen("tcp", args[0])
			if err != nil {
				return err
			}
			server := http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
			go func() { <-cmd.Context().Done(); _ = server.Close() }() // Serve returns the error that counts
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		}}
}
