using Microsoft.AspNetCore.Routing;

namespace Reeve.Server.Hosting;

/// <summary>How a server is run.</summary>
public sealed record WebHostOptions
{
    /// <summary>Where it listens: <c>http://HOST:PORT</c>, at least one. Port 0 takes a free one; <see cref="WebHost.Addresses"/> has it.</summary>
    public required IReadOnlyList<string> Urls { get; init; }

    /// <summary>The folders from which a request may name packs by path.</summary>
    public IReadOnlyList<string> PackFolders { get; init; } = [];

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How long the server takes to stop, all in all, with what its owner closes afterwards. 25 s: less than the 30 s after which orchestrators kill.</summary>
    public TimeSpan DrainDeadline { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>
    /// How long the probes say that the server stops while it still serves, so that whoever distributes requests sees it, and those that were
    /// sent meanwhile are answered; part of <see cref="DrainDeadline"/>. Null: 5 s, 1 s where it listens on loopback alone, and a fifth of the deadline
    /// at most.
    /// </summary>
    public TimeSpan? DrainGrace { get; init; }

    /// <summary>What of <see cref="DrainDeadline"/> is left to the owner, who closes the store: half for what was received, half for what waits to be written.</summary>
    public TimeSpan CloseWithin => DrainDeadline * 2 / 5;

    /// <summary>Whether this server runs what is due by schedule.</summary>
    public bool RunsSchedules { get; init; }

    /// <summary>Adds routes of whoever runs the server; null adds none.</summary>
    public Action<IEndpointRouteBuilder>? MoreRoutes { get; init; }
}
