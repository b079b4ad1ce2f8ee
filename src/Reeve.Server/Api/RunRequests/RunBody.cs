using Reeve.Core.Errors;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Intake;
using Reeve.Server.Api.RequestBodies;

namespace Reeve.Server.Api.RunRequests;

/// <summary>What POST /run asks for.</summary>
/// <param name="DomainPack">A path or a reference.</param>
/// <param name="TenantPolicy">A path or a reference.</param>
/// <param name="Items">The raw exceptions, as sent.</param>
/// <param name="Tenant">The tenant it names; null when it names none.</param>
internal sealed record RunBody(string DomainPack, string TenantPolicy, IReadOnlyList<RawItem> Items, string? Tenant)
{
    private const int LongestText = 1024;
    private static readonly string[] Names = ["domainPackPath", "tenantPolicyPath", "exceptions", "tenantId"];

    /// <summary>Reads a body; every member that is wrong is named.</summary>
    /// <exception cref="ReeveException">INPUT-003 when it is no JSON object, HTTP-014 for its members.</exception>
    internal static RunBody Read(ReadOnlyMemory<byte> body)
    {
        if (ObjectOutline.Read(body) is not { } members)
        {
            // The reader says what and where; an outline that cannot be made is no JSON, or no object.
            _ = JsonText.Parse(body.Span, new JsonLimits { MaxBytes = BodyText.MaxBytes });
            throw new ReeveException(Bad("It must be an object.", ""));
        }

        List<ReeveError> errors = [];
        Dictionary<string, OutlineMember> found = new(StringComparer.Ordinal);
        foreach (OutlineMember member in members)
        {
            if (Array.Find(Names, name => name == member.Name || QueryText.Snake(name) == member.Name) is not { } known)
            {
                errors.Add(Bad($"{Shown.Name(member.Name)} is not known; known are {string.Join(", ", Names)}.", JsonPointer.Child("", Shown.Short(member.Name, 64))));
            }
            else if (!found.TryAdd(known, member))
            {
                errors.Add(Bad("It is given twice.", "/" + known));
            }
        }

        string? domain = Text("domainPackPath", isRequired: true);
        string? policy = Text("tenantPolicyPath", isRequired: true);
        string? tenant = Text("tenantId", isRequired: false);
        IReadOnlyList<RawItem>? items = Items();
        return errors.Count == 0 && domain is not null && policy is not null && items is not null
            ? new RunBody(domain, policy, items, tenant)
            : throw new ReeveErrorsException(errors);

        string? Text(string name, bool isRequired)
        {
            if (!found.TryGetValue(name, out OutlineMember member))
            {
                if (isRequired)
                {
                    errors.Add(Bad("It is missing.", "/" + name));
                }

                return null;
            }

            Value value = JsonText.Parse(member.Text.Span, JsonLimits.Default, "/" + name);
            if (value.StringOrNull() is { Length: > 0 and <= LongestText } text)
            {
                return text;
            }

            if (isRequired || !value.IsNull)
            {
                errors.Add(Bad($"It must be a string of 1 to {LongestText} characters.", "/" + name));
            }

            return null;
        }

        IReadOnlyList<RawItem>? Items()
        {
            if (!found.TryGetValue("exceptions", out OutlineMember member) || !member.IsList)
            {
                errors.Add(Bad(found.ContainsKey("exceptions") ? "It must be a list." : "It is missing.", "/exceptions"));
                return null;
            }

            return Submission.Cut(member.Text, ObjectOutline.PositionOf(body.Span, member.Start), "/exceptions");
        }
    }

    private static ReeveError Bad(string why, string pointer) => new(ErrorCatalogue.Http.BadBody, why, pointer);
}
