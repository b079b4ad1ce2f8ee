namespace Reeve.Commands;

/// <summary>Examples of every verb: what people look for first.</summary>
internal static class HelpExamples
{
    private static readonly (string Command, string Examples)[] Known =
    [
        ("reeve", """
              reeve                                            # starts with the tenants of the sample packs at http://localhost:8000
              reeve run --domain-pack domain.yaml --tenant-policy policy.yaml --input exceptions.jsonl
              reeve exceptions list --status ESCALATED
              reeve exceptions show ID
              reeve doctor
            """),
        ("reeve approvals", """
              reeve approvals list --status PENDING
              reeve approvals show ID                                     # every call, why, and who is missing
              reeve approvals approve ID --as ~/.reeve/ann.key            # a person's key: this machine's account is no person
              reeve approvals approve ID --as ~/.reeve/ann.key --bound '/amount={"max":100}'
              reeve approvals reject ID --as ~/.reeve/ann.key --comments "The customer called."
            """),
        ("reeve approvals list", "  reeve approvals list --tenant acme --status PENDING --search refund\n"),
        ("reeve approvals show", "  reeve approvals show ID -o json\n"),
        ("reeve approvals approve", """
              reeve approvals approve ID --as ~/.reeve/ann.key --comments "I have seen it myself."
              reeve approvals approve ID --as ~/.reeve/ann.key --bound '2/step/amount={"max":100}'   # of one of several calls
            """),
        ("reeve approvals reject", "  reeve approvals reject ID --as ~/.reeve/ann.key --comments \"The customer called.\"\n"),
        ("reeve approvals bulk", "  reeve approvals bulk approve ID ID --as ~/.reeve/ann.key\n"),
        ("reeve run", """
              reeve run --domain-pack domain.yaml --tenant-policy policy.yaml --input exceptions.jsonl
              reeve run --domain-pack domain.json --tenant-policy policy.json --input exceptions.json -o json > result.json
              reeve run ... --store sqlite:/var/lib/reeve/reeve.db
              reeve run ... --store none --as-of 2026-11-20T09:00:00Z                   # keeps nothing, repeats to the byte
              cat alerts.jsonl | reeve run --domain-pack ... --tenant-policy ... --input -
            """),
        ("reeve packs", """
              reeve packs new lost-parcels                     # a folder with a small pack that works, to be changed
              reeve packs validate domain.yaml policy.yaml     # every error, with file, line and next step
              reeve packs show domain.yaml policy.yaml         # what is in force after both are merged
              reeve packs test domain.yaml policy.yaml         # the pack's own test suites
              reeve packs mutate domain.yaml policy.yaml       # would the tests miss a rule?
              reeve packs lint domain.yaml policy.yaml         # what is valid and still wrong
              reeve packs store domain.yaml policy.yaml --tenant acme --activate
            """),
        ("reeve packs new", """
              reeve packs new lost-parcels
              reeve packs new lost-parcels --output packs && reeve packs test packs/lost-parcels
            """),
        ("reeve packs store", """
              reeve packs store domain.yaml policy.yaml --tenant acme --activate
              reeve packs store domain.yaml --tenant acme --store postgres:"Host=db;Database=reeve;Username=node"
            """),
        ("reeve packs versions", "  reeve packs versions --tenant acme\n"),
        ("reeve packs history", """
              reeve packs history --tenant acme
              reeve packs history Shop --kind policy --limit 10 -o json
            """),
        ("reeve packs diff", "  reeve packs diff policy:Shop@1.0.0 policy:Shop@active --tenant acme\n"),
        ("reeve packs activate", """
              reeve packs activate domain:Shop@1.2.0 policy:Shop@1.3.0 --tenant acme     # both or none
              reeve packs activate policy:Shop@1.3.0 policy:Returns@2.0.0 --each --tenant acme
            """),
        ("reeve packs rollback", """
              reeve packs rollback policy:Shop --tenant acme                             # to what was active before
              reeve packs rollback policy:Shop@1.2.0 --tenant acme
            """),
        ("reeve packs try", """
              reeve packs try policy.acme.yaml --tenant acme                             # on exceptions.jsonl beside it
              reeve packs try domain.yaml policy.acme.yaml --input last-week.jsonl --tenant acme -o json
            """),
        ("reeve exceptions", """
              reeve exceptions list --tenant acme --status ESCALATED
              reeve exceptions show 0197a1c2-… --tenant acme
            """),
        ("reeve exceptions list", """
              reeve exceptions list --tenant acme --severity critical
              reeve exceptions list --status PENDING_APPROVAL --limit 200 -o jsonl
            """),
        ("reeve exceptions show", """
              reeve exceptions show 0197a1c2-…
              reeve exceptions show 0197a1c2-… --tenant acme --payload -o json
            """),
        ("reeve runs", "  reeve runs list --tenant acme\n"),
        ("reeve runs list", "  reeve runs list --tenant acme --limit 10 -o json\n"),
        ("reeve audit", """
              reeve audit verify --heads heads.jsonl
              reeve audit export --output log.jsonl
              reeve audit replay --run 0197a1c2-…
              reeve audit erase --tenant acme --exception 0197a1c2-… --reason request
            """),
        ("reeve audit verify", """
              reeve audit verify                               # exit 3 when something was altered
              reeve audit verify --heads heads.jsonl           # finds a tail that was cut, too
            """),
        ("reeve audit export", """
              reeve audit export --output log.jsonl
              reeve audit export --tenant acme --without-bodies | gzip > log.jsonl.gz
              reeve audit export | grep '"kind":"head"' > heads.jsonl
            """),
        ("reeve audit replay", """
              reeve audit replay --run 0197a1c2-…              # exit 3 when a decision differs
              reeve audit replay --run 0197a1c2-… --decisions again.jsonl
            """),
        ("reeve audit erase", "  reeve audit erase --tenant acme --exception 0197a1c2-… --reason request\n"),
        ("reeve export", """
              reeve export --output export --tenant acme
              reeve export --output export --payloads
            """),
        ("reeve tools", "  reeve tools list\n  reeve tools call find_case --args '{\"caseId\":\"C-1\"}' --dry-run\n  reeve tools executions --status FAILED\n"),
        ("reeve tools list", "  reeve tools list --tenant acme\n  reeve tools list --disabled -o json\n"),
        ("reeve tools show", "  reeve tools show find_case -o json\n"),
        ("reeve tools call", """
              reeve tools call find_case --args '{"caseId":"C-1"}'
              reeve tools call find_case --args @arguments.json --dry-run
              reeve tools call open_case --args @arguments.json --exception EX-1 --as my.key --idempotency-key case-for-EX-1
            """),
        ("reeve tools executions", "  reeve tools executions --tool open_case --status FAILED\n  reeve tools executions --unknown\n  reeve tools executions 0198a000-0000-7000-8000-000000000005\n"),
        ("reeve tools settle", "  reeve tools settle 0198a000-0000-7000-8000-000000000005 succeeded --note \"the other system shows it\"\n"),
        ("reeve tools enable", "  reeve tools enable open_case --reason \"the other system is back\"\n"),
        ("reeve tools disable", "  reeve tools disable open_case --reason \"the other system is moved\"\n"),
        ("reeve tenants", "  reeve tenants create acme --name \"Acme Ltd\"\n  reeve tenants list\n  reeve tenants mode acme live --reason \"agreed with operations\"\n"),
        ("reeve tenants create", "  reeve tenants create acme --name \"Acme Ltd\"\n"),
        ("reeve tenants list", "  reeve tenants list -o json\n"),
        ("reeve tenants show", "  reeve tenants show acme\n"),
        ("reeve tenants mode", "  reeve tenants mode acme dry-run\n  reeve tenants mode acme live --from dry-run --reason \"agreed with operations\"\n  reeve tenants mode acme shadow          # from the next call on, nothing automatic is sent\n"),
        ("reeve keys", """
              reeve keys create --tenant acme --role operator --owner "night desk"
              reeve keys list --tenant acme
              reeve keys revoke 0197a1c2-… --tenant acme
            """),
        ("reeve keys create", """
              reeve keys create --tenant acme --role operator --owner nightly-feed
              reeve keys create --tenant acme --role admin --owner jo --kind person --expires 2027-01-01
              reeve keys create --platform --owner ops
              KEY=$(reeve keys create --tenant acme --role viewer --owner dashboard)
            """),
        ("reeve keys list", "  reeve keys list --tenant acme\n"),
        ("reeve keys revoke", "  reeve keys revoke 0197a1c2-… --tenant acme\n"),
        ("reeve secrets", """
              reeve secrets set billing-token --tenant acme < token.txt
              reeve secrets list --tenant acme
              reeve secrets remove billing-token --tenant acme
            """),
        ("reeve secrets set", """
              reeve secrets set billing-token --tenant acme                    # asks, and shows nothing
              vault read -field=token billing | reeve secrets set billing-token --tenant acme
              reeve secrets set smtp-password < password.txt                   # the platform's: for every tenant without its own
            """),
        ("reeve secrets list", "  reeve secrets list --tenant acme -o json\n"),
        ("reeve secrets remove", "  reeve secrets remove billing-token --tenant acme\n"),
        ("reeve serve", """
              reeve serve --urls http://127.0.0.1:8000
              reeve serve --urls http://0.0.0.0:8000 --store postgres:"Host=db;Database=reeve;Username=node"
              reeve serve --demo                               # what 'reeve' alone does
            """),
        ("reeve db", """
              reeve db migrate --store postgres:"Host=db;Database=reeve;Username=owner" --grant-to node
              reeve db status
              reeve db verify-plans -o json
            """),
        ("reeve db migrate", """
              reeve db migrate --store postgres:"Host=db;Database=reeve;Username=owner" --grant-to node
            """),
        ("reeve db verify-plans", "  reeve db verify-plans --store postgres:\"Host=db;Database=reeve;Username=node\"\n"),
        ("reeve db status", "  reeve db status --store sqlite:/var/lib/reeve/reeve.db\n"),
        ("reeve backup", """
              reeve backup /backups/reeve-$(date +%F).db       # while a server uses the store, too
              reeve backup /backups/latest.db --force -o json
            """),
        ("reeve restore", """
              reeve restore /backups/latest.db                 # with the server stopped; the store is on hold then
              reeve restore /backups/latest.db --force         # keeps the store that is there beside the new one
              reeve restore --mark --reason "dump of 02:00" --store postgres:"Host=db;Database=reeve;Username=node"
            """),
        ("reeve hold", """
              reeve hold --reason "wrong prices from the feed"                 # every tenant
              reeve hold --tenant acme --reason "asked by acme's desk"
              reeve hold --list
            """),
        ("reeve resume", """
              reeve resume --reason "feed corrected, CHG-1182"
              reeve resume --tenant acme --reason "acme's desk agrees"
            """),
        ("reeve doctor", """
              reeve doctor
              reeve doctor --verbose --store postgres:"Host=db;Database=reeve;Username=node"
              reeve doctor --json
            """),
        ("reeve packs validate", """
              reeve packs validate packs/finance packs/it-alerts
              reeve packs validate domain.yaml policy.*.yaml
              reeve packs validate policy.yaml -o jsonl        # its domain pack is looked for beside it
              reeve packs validate policy.yaml --against-store --tenant acme   # what would change
            """),
        ("reeve packs show", """
              reeve packs show domain.yaml policy.yaml
              reeve packs show --version policy:Shop@active --tenant acme
            """),
        ("reeve packs test", """
              reeve packs test packs/finance                   # a folder: its domain pack under every policy in it
              reeve packs test domain.yaml policy.*.yaml --threshold 100
              reeve packs test domain.json                     # with the policy that the pack alone implies
            """),
        ("reeve packs mutate", """
              reeve packs mutate packs/finance                 # takes each rule out and runs the tests
              reeve packs mutate domain.yaml policy.acme.yaml --threshold 100 -o json
            """),
        ("reeve packs lint", """
              reeve packs lint packs/finance                   # every pack in the folder; exit 3 when something was found
              reeve packs lint domain.yaml policy.acme.yaml --samples today.jsonl
              reeve packs lint domain.yaml --ignore LINT-016 --ignore LINT-017 -o json
            """),
        ("reeve expr eval", """
              reeve expr eval '1 + 2 == 3'
              reeve expr eval 'amount > 1000 && region in ["N", "E"]' --vars vars.json --mode condition
            """),
        ("reeve expr test", "  reeve expr test --input cases.jsonl --report results.jsonl\n"),
        ("reeve schema test", "  reeve schema test --input cases.jsonl\n"),
        ("reeve schema validate", "  reeve schema validate --schema schema.json --input data.json\n"),
        ("reeve openapi", "  reeve openapi --output openapi.json\n"),
        ("reeve logs", "  reeve logs --level WARNING --component Engine -n 20\n"),
    ];

    /// <summary>The examples of a command by its whole name; null when it has none.</summary>
    internal static string? Of(string command) => Array.Find(Known, known => known.Command == command).Examples;
}
