using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Kinds;

namespace Reeve.Testing.Tooling;

/// <summary>Attempts at tools as packs define them.</summary>
public static class ToolAttempts
{
    /// <summary>The execution of all of them.</summary>
    public const string Key = "0190a2b4-0000-8000-8000-000000000001";

    /// <summary>The tool <c>act</c> of a pack that says this of it, besides its description.</summary>
    public static ToolDefinition Tool(string members) =>
        Make.ReadDomain("{\"domainName\": \"D\", \"exceptionTypes\": {\"A\": {}}, \"tools\": {\"act\": {\"description\": \"It acts.\"," + members + "}}}").Tools[0];

    /// <summary>An attempt with these arguments, sent when it is asked.</summary>
    public static Attempt At(ToolDefinition tool, string arguments, ReeveError? keptBack = null, Action? asked = null) =>
        At(tool, (ObjectMap)JsonText.Parse(arguments).AsMap(), keptBack, asked);

    /// <summary>An attempt with arguments that need not be JSON that anybody would accept.</summary>
    public static Attempt At(ToolDefinition tool, ObjectMap arguments, ReeveError? keptBack = null, Action? asked = null) => new()
    {
        TenantId = new TenantId("NORTH"), Tool = tool, Arguments = arguments, IdempotencyKey = Key, Number = 1,
        BeforeSending = _ =>
        {
            asked?.Invoke();
            return ValueTask.FromResult(keptBack);
        },
    };
}

/// <summary>Secrets that a test gives.</summary>
public sealed class GivenSecrets(params (string Reference, string Secret)[] secrets) : ISecrets
{
    public ValueTask<string> ResolveAsync(TenantId tenant, string reference, CancellationToken cancellationToken) =>
        ValueTask.FromResult(
            secrets.Where(secret => secret.Reference == reference).Select(secret => secret.Secret).FirstOrDefault()
            ?? throw new ReeveException(new ReeveError(ErrorCatalogue.Tools.NoSecret, $"There is no {reference}.")));
}
