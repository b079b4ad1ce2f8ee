using Reeve.Core.Calls;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Engine.Recording;

namespace Reeve.Storage.Committing.Outcomes;

/// <summary>
/// Refuses what the databases cannot hold as text (docs/decisions/0009) before it is in a batch, where it would break a connection, or
/// be stored as another text. Nothing at the doors lets it through; this is for whoever forgets. Pure.
/// </summary>
internal static class StorableText
{
    internal static void Check(ExceptionRow row)
    {
        Check(row.Record.TenantId.Value);
        Check(row.Record.ExceptionId.Value);
        Check(row.Record.SourceSystem);
        Check(row.Record.ExceptionType?.Value);
        Check(row.Domain.Value);
        Check(row.ExternalId);
        Check(row.Fingerprint);
    }

    internal static void Check(Run run)
    {
        Check(run.TenantId.Value);
        Check(run.Domain.Value);
        Check(run.DomainPack);
        Check(run.TenantPolicy);
        Check(run.Product);
        Check(run.StartedBy.Id);
    }

    internal static void Check(ToolExecution? row)
    {
        Check(row?.TenantId.Value);
        Check(row?.Domain.Value);
        Check(row?.Tool.Value);
        Check(row?.ToolVersion);
        Check(row?.Step?.Value);
        Check(row?.ActorId);
        Check(row?.ErrorCode);
    }

    /// <exception cref="ReeveException">INPUT-009.</exception>
    internal static void Check(string? text)
    {
        if (text is not null && (text.Contains('\0') || (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') >= 0 && HasLoneSurrogate(text))))
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.ForbiddenCharacter, "It holds U+0000 or a surrogate without its other half."));
        }
    }

    private static bool HasLoneSurrogate(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return true;
            }
        }

        return false;
    }
}
