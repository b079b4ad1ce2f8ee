namespace Reeve.Governance.Access;

/// <summary>The roles there are, by wire name (EX-SEC-3, IN-55).</summary>
public static class Roles
{
    /// <summary>Reads.</summary>
    public const string Viewer = "viewer";

    /// <summary>Also sends, runs, and sees payloads.</summary>
    public const string Operator = "operator";

    /// <summary>Also packs and keys.</summary>
    public const string Admin = "admin";

    /// <summary>Sees aggregates across tenants; details only where granted.</summary>
    public const string Supervisor = "supervisor";

    /// <summary>Works on packs: no keys, nothing sent.</summary>
    public const string Developer = "developer";

    /// <summary>Reads everything, the log included; changes nothing.</summary>
    public const string Auditor = "auditor";

    /// <summary>Stands outside every tenant: creates tenants, and reads the data of none.</summary>
    public const string Platform = "platform";

    /// <summary>What a tenant's key may have, in the order they are stored and shown.</summary>
    public static IReadOnlyList<string> OfTenants { get; } = [Viewer, Operator, Admin, Supervisor, Developer, Auditor];
}
