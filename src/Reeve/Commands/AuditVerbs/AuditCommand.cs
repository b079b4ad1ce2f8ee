using System.CommandLine;

namespace Reeve.Commands.AuditVerbs;

/// <summary><c>reeve audit</c>: check the log, hand it out, erase bodies, decide again.</summary>
internal static class AuditCommand
{
    internal static Command Build(CommandContext context) => new("audit", "Verify, export and replay the record; erase what must be forgotten.")
    {
        VerifyVerb.Build(context), ExportVerb.Build(context), ReplayVerb.Build(context), EraseVerb.Build(context),
    };
}
