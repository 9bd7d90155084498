package forge

// routes lists the operations of the REST API that this forge speaks. Literal segments stand before parameters.
func (f *Forge) routes() router {
	var rt router
	f.accountRoutes(&rt)
	f.appRoutes(&rt)
	f.pullRoutes(&rt)
	f.issueRoutes(&rt)
	f.checkRoutes(&rt)
	f.gitRoutes(&rt)
	f.ruleRoutes(&rt)
	f.hookRoutes(&rt)
	rt.add("GET", "/repos/{owner}/{repo}", readMetadata, getRepo)
	return rt
}

func (f *Forge) accountRoutes(rt *router) {
	rt.add("GET", "/rate_limit", anyone, getRateLimit)
	rt.add("GET", "/user", signedIn, getMe)
	rt.add("GET", "/users/{user}", anyone, getUser)
	rt.add("GET", "/orgs/{org}", anyone, getOrg)
	rt.add("GET", "/orgs/{org}/members", anyone, listMembers)
	rt.add("GET", "/orgs/{org}/members/{user}", anyone, checkMember)
	rt.add("GET", "/orgs/{org}/public_members/{user}", anyone, checkPublicMember)
	rt.add("GET", "/orgs/{org}/memberships/{user}", signedIn, getMembership)
	rt.add("GET", "/orgs/{org}/teams", signedIn, listTeams)
	rt.add("GET", "/orgs/{org}/teams/{team}", signedIn, getTeam)
	rt.add("GET", "/orgs/{org}/teams/{team}/members", signedIn, listTeamMembers)
	rt.add("GET", "/orgs/{org}/teams/{team}/memberships/{user}", signedIn, getTeamMembership)
	rt.add("GET", "/orgs/{org}/repos", anyone, listOrgRepos)
	rt.add("GET", "/repos/{owner}/{repo}/collaborators", writing("write", "metadata"), listCollaborators)
	rt.add("GET", "/repos/{owner}/{repo}/collaborators/{user}/permission", readMetadata, getPermission)
	rt.add("GET", "/repos/{owner}/{repo}/collaborators/{user}", readMetadata, checkCollaborator)
	rt.add("GET", "/repos/{owner}/{repo}/assignees/{user}", readMetadata, checkAssignee)
}

func (f *Forge) appRoutes(rt *router) {
	rt.add("GET", "/app", byJWT, getApp)
	rt.add("GET", "/app/installations", byJWT, listInstallations)
	rt.add("GET", "/app/installations/{id}", byJWT, getInstallation)
	rt.add("POST", "/app/installations/{id}/access_tokens", byJWT, createToken)
	rt.add("GET", "/app/hook/config", byJWT, getAppHookConfig)
	rt.add("GET", "/app/hook/deliveries", byJWT, listAppDeliveries)
	rt.add("GET", "/app/hook/deliveries/{delivery}", byJWT, getAppDelivery)
	rt.add("POST", "/app/hook/deliveries/{delivery}/attempts", byJWT, redeliverApp)
	rt.add("GET", "/repos/{owner}/{repo}/installation", byJWT, getRepoInstallation)
	rt.add("GET", "/orgs/{account}/installation", byJWT, getAccountInstallation)
	rt.add("GET", "/users/{account}/installation", byJWT, getAccountInstallation)
	rt.add("GET", "/installation/repositories", installed, listInstallationRepos)
	rt.add("DELETE", "/installation/token", installed, revokeToken)
}

func (f *Forge) pullRoutes(rt *router) {
	const pulls = "/repos/{owner}/{repo}/pulls"
	read, write := reading("pull_requests"), writing("read", "pull_requests")
	rt.add("GET", pulls, read, listPulls)
	rt.add("POST", pulls, write, createPull)
	rt.add("GET", pulls+"/comments/{id}", read, getLine)
	rt.add("GET", pulls+"/{number}", read, getPull)
	rt.add("PATCH", pulls+"/{number}", write, updatePull)
	rt.add("GET", pulls+"/{number}/files", read, listPullFiles)
	rt.add("GET", pulls+"/{number}/commits", read, listPullCommits)
	rt.add("GET", pulls+"/{number}/merge", read, checkMerged)
	rt.add("PUT", pulls+"/{number}/merge", writing("write", "contents"), mergePull)
	rt.add("PUT", pulls+"/{number}/update-branch", write, updateBranch)
	rt.add("GET", pulls+"/{number}/reviews", read, listReviews)
	rt.add("POST", pulls+"/{number}/reviews", write, createReview)
	rt.add("GET", pulls+"/{number}/reviews/{id}", read, getReview)
	rt.add("PUT", pulls+"/{number}/reviews/{id}/dismissals", writing("write", "pull_requests"), dismissReview)
	rt.add("GET", pulls+"/{number}/comments", read, listLines)
	rt.add("POST", pulls+"/{number}/comments", write, createLine)
	rt.add("GET", pulls+"/{number}/requested_reviewers", read, listReviewers)
	rt.add("POST", pulls+"/{number}/requested_reviewers", write, requestReviewers)
	rt.add("DELETE", pulls+"/{number}/requested_reviewers", write, unrequestReviewers)
}

func (f *Forge) issueRoutes(rt *router) {
	const issues = "/repos/{owner}/{repo}/issues"
	read, write := reading("issues|pull_requests"), writing("read", "issues|pull_requests")
	triage := writing("triage", "issues|pull_requests")
	rt.add("GET", issues, read, listIssues)
	rt.add("POST", issues, writing("read", "issues"), createIssue)
	rt.add("GET", issues+"/comments/{id}", read, getComment)
	rt.add("PATCH", issues+"/comments/{id}", write, updateComment)
	rt.add("DELETE", issues+"/comments/{id}", write, deleteComment)
	rt.add("GET", issues+"/{number}", read, getIssue)
	rt.add("PATCH", issues+"/{number}", write, updateIssue)
	rt.add("GET", issues+"/{number}/comments", read, listComments)
	rt.add("POST", issues+"/{number}/comments", write, createComment)
	rt.add("GET", issues+"/{number}/labels", read, listItemLabels)
	rt.add("POST", issues+"/{number}/labels", triage, addItemLabels)
	rt.add("PUT", issues+"/{number}/labels", triage, setItemLabels)
	rt.add("DELETE", issues+"/{number}/labels/{name...}", triage, removeItemLabel)
	rt.add("POST", issues+"/{number}/assignees", triage, addAssignees)
	rt.add("DELETE", issues+"/{number}/assignees", triage, removeAssignees)
	rt.add("GET", "/repos/{owner}/{repo}/labels", read, listLabels)
	rt.add("POST", "/repos/{owner}/{repo}/labels", writing("write", "issues|pull_requests"), createRepoLabel)
	rt.add("GET", "/repos/{owner}/{repo}/labels/{name...}", read, getLabel)
	rt.add("PATCH", "/repos/{owner}/{repo}/labels/{name...}", writing("write", "issues|pull_requests"), updateLabel)
	rt.add("DELETE", "/repos/{owner}/{repo}/labels/{name...}", writing("write", "issues|pull_requests"), deleteRepoLabel)
}

func (f *Forge) checkRoutes(rt *router) {
	const repo = "/repos/{owner}/{repo}"
	read, write := reading("checks"), writing("write", "checks")
	rt.add("POST", repo+"/check-runs", write, createCheckRun)
	rt.add("GET", repo+"/check-runs/{id}", read, getCheckRun)
	rt.add("PATCH", repo+"/check-runs/{id}", write, updateCheckRun)
	rt.add("GET", repo+"/check-runs/{id}/annotations", read, listAnnotations)
	rt.add("POST", repo+"/check-runs/{id}/rerequest", write, rerequestCheckRun)
	rt.add("GET", repo+"/check-suites/{id}", read, getCheckSuite)
	rt.add("GET", repo+"/check-suites/{id}/check-runs", read, listSuiteRuns)
	rt.add("POST", repo+"/check-suites/{id}/rerequest", write, rerequestCheckSuite)
	rt.add("GET", repo+"/commits/{ref...}/check-runs", read, listRefRuns)
	rt.add("GET", repo+"/commits/{ref...}/check-suites", read, listRefSuites)
	rt.add("GET", repo+"/commits/{ref...}/status", reading("statuses"), getCombinedStatus)
	rt.add("GET", repo+"/commits/{ref...}/statuses", reading("statuses"), listStatuses)
	rt.add("POST", repo+"/statuses/{sha}", writing("write", "statuses"), createStatus)
}

func (f *Forge) gitRoutes(rt *router) {
	const repo = "/repos/{owner}/{repo}"
	read, write := reading("contents"), writing("write", "contents")
	rt.add("GET", repo+"/branches", read, listBranches)
	rt.add("GET", repo+"/git/ref/{ref...}", read, getRef)
	rt.add("GET", repo+"/git/matching-refs/{ref...}", read, matchingRefs)
	rt.add("POST", repo+"/git/refs", write, createRef)
	rt.add("PATCH", repo+"/git/refs/{ref...}", write, updateRef)
	rt.add("DELETE", repo+"/git/refs/{ref...}", write, deleteRef)
	rt.add("GET", repo+"/git/commits/{sha}", read, getGitCommit)
	rt.add("GET", repo+"/git/trees/{tree...}", read, getTree)
	rt.add("GET", repo+"/git/blobs/{sha}", read, getBlob)
	rt.add("GET", repo+"/contents", read, getContents) // also with a slash at its end
	rt.add("GET", repo+"/contents/{path...}", read, getContents)
	rt.add("GET", repo+"/compare/{basehead...}", read, compare)
	rt.add("GET", repo+"/commits", read, listCommits)
	rt.add("GET", repo+"/commits/{sha}/pulls", reading("pull_requests"), listCommitPulls)
	rt.add("GET", repo+"/commits/{ref...}", read, getCommit)
}

func (f *Forge) ruleRoutes(rt *router) {
	const repo = "/repos/{owner}/{repo}"
	read, admin := reading("contents"), writing("admin", "administration")
	see := need{kind: "repo", level: "admin", perms: "administration:read"}
	rt.add("GET", repo+"/branches/{branch...}/protection", see, getProtection)
	rt.add("PUT", repo+"/branches/{branch...}/protection", admin, putProtection)
	rt.add("DELETE", repo+"/branches/{branch...}/protection", admin, deleteProtection)
	rt.add("GET", repo+"/branches/{branch...}/protection/required_status_checks", see, getRequiredChecks)
	rt.add("GET", repo+"/branches/{branch...}", read, getBranch)
	rt.add("GET", repo+"/rulesets", readMetadata, listRulesets)
	rt.add("POST", repo+"/rulesets", admin, createRuleset)
	rt.add("GET", repo+"/rulesets/{id}", readMetadata, getRuleset)
	rt.add("PUT", repo+"/rulesets/{id}", admin, updateRuleset)
	rt.add("DELETE", repo+"/rulesets/{id}", admin, deleteRuleset)
	rt.add("GET", repo+"/rules/branches/{branch...}", readMetadata, listBranchRules)
}

func (f *Forge) hookRoutes(rt *router) {
	admin := writing("admin", "repository_hooks")
	const repo = "/repos/{owner}/{repo}/hooks"
	rt.add("GET", repo, admin, listHooks)
	rt.add("POST", repo, admin, createHook)
	rt.add("GET", repo+"/{hook}", admin, getHook)
	rt.add("DELETE", repo+"/{hook}", admin, deleteHook)
	rt.add("POST", repo+"/{hook}/pings", admin, pingHook)
	rt.add("GET", repo+"/{hook}/deliveries", admin, listDeliveries)
	rt.add("GET", repo+"/{hook}/deliveries/{delivery}", admin, getDelivery)
	rt.add("POST", repo+"/{hook}/deliveries/{delivery}/attempts", admin, redeliver)
	const org = "/orgs/{org}/hooks"
	rt.add("GET", org, signedIn, listHooks)
	rt.add("POST", org, signedIn, createHook)
	rt.add("GET", org+"/{hook}", signedIn, getHook)
	rt.add("DELETE", org+"/{hook}", signedIn, deleteHook)
	rt.add("POST", org+"/{hook}/pings", signedIn, pingHook)
	rt.add("GET", org+"/{hook}/deliveries", signedIn, listDeliveries)
	rt.add("GET", org+"/{hook}/deliveries/{delivery}", signedIn, getDelivery)
	rt.add("POST", org+"/{hook}/deliveries/{delivery}/attempts", signedIn, redeliver)
}
