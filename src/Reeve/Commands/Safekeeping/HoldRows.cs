using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Governance.Holds;

namespace Reeve.Commands.Safekeeping;

/// <summary>Holds as they are printed.</summary>
internal static class HoldRows
{
    /// <summary>The columns that a table shows.</summary>
    internal static readonly string[] Columns = ["scope", "since", "cause", "reason", "owner"];

    /// <summary>One of them; whoever holds all tenants has none.</summary>
    internal static ObjectMap Row(Hold hold) => ObjectMap.Of(
        ("holdId", Value.Of(hold.Id.ToString("D"))),
        ("scope", Value.Of(Scope(hold))),
        ("tenantId", hold.IsForAll ? Value.Null : Value.Of(hold.Scope.Value)),
        ("since", Listing.Time(hold.Since)),
        ("cause", Value.Of(Wire.Name(hold.Cause))),
        ("reason", Value.Of(hold.Reason)),
        ("placedBy", Value.Of(hold.PlacedBy)),
        ("owner", Value.Of(hold.Owner)));

    /// <summary>Whom it stops, for people; no tenant can be called so.</summary>
    internal static string Scope(Hold hold) => hold.IsForAll ? "(all)" : hold.Scope.Value;
}
