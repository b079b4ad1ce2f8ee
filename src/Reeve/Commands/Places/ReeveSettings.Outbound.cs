using Reeve.Core.Errors;
using Reeve.Engine.Tools.Outbound;

namespace Reeve.Commands.Places;

/// <content>What tools may reach.</content>
public sealed partial record ReeveSettings
{
    private const int Kibibyte = 1024;

    private static readonly OutboundOptions Outbounds = new();

    private static Setting<IReadOnlyList<string>> PrivateHostsSetting { get; } = new()
    {
        Name = "tools.allowedPrivateHosts", Form = "`host:port`: a list, or one text with commas", IsList = true, Default = [], Usually = "none",
        Read = static value => Each(value, OutboundGuard.IsHostAndPort, "host:port, as in erp.internal:8443"),
        Meaning = "What tools that name it in their `allowHosts` may call over plain HTTP or at a private address ([tools.md](tools.md#where-calls-may-go)). All others are called by HTTPS, at public addresses.",
    };

    private static Setting<IReadOnlyList<string>> DomainsSetting { get; } = new()
    {
        Name = "tools.allowedDomains", Form = "names, or `*.` and a name: a list, or one text with commas", IsList = true, Default = [], Usually = "every public one",
        Read = static value => Each(value, OutboundGuard.IsDomainPattern, "a name, or *. and a name, as in *.example.com"),
        Meaning = "The names that tools may call at public addresses. `*.example.com` is everything below `example.com`, and not that itself.",
    };

    private static Setting<int> AnswerSetting { get; } = new()
    {
        Name = "tools.answerKibibytes", Form = "KiB, whole, 1 to 65536", Default = Outbounds.AnswerBytes / Kibibyte, Usually = "1024", Read = static value => value.Number(1, 65_536),
        Meaning = "The largest answer of a tool that is read. A larger one of a call that succeeded is a step that failed, and nothing of it is kept.",
    };

    private static Setting<int> ConnectionsSetting { get; } = new()
    {
        Name = "tools.connectionsPerTarget", Form = "whole number, 1 to 10000", Default = Outbounds.ConnectionsPerTarget, Usually = "1024", Read = static value => value.Number(1, 10_000),
        Meaning = "How many connections one tenant may have to one host and port at once. Further calls wait for one, within their time.",
    };

    private static IReadOnlyList<Setting> OutboundSettings => [PrivateHostsSetting, DomainsSetting, AnswerSetting, ConnectionsSetting];

    private static OutboundOptions ReadOutbound(GivenSettings given, List<ReeveError> errors) => new()
    {
        AllowedPrivateHosts = PrivateHostsSetting.From(given, errors),
        AllowedDomains = DomainsSetting.From(given, errors),
        AnswerBytes = AnswerSetting.From(given, errors) * Kibibyte,
        ConnectionsPerTarget = ConnectionsSetting.From(given, errors),
    };

    private static string[] Each(GivenValue value, Func<string, bool> isRight, string form)
    {
        string[] items = [.. value.Items.SelectMany(item => item.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
        return Array.TrueForAll(items, item => isRight(item)) ? items : throw new ReeveException(new ReeveError(ErrorCatalogue.Configuration.BadValue, $"Each must be {form}."));
    }
}
