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

    /// <summary>How long requests may go on when the server stops. 25 s: less than the 30 s after which orchestrators kill.</summary>
    public TimeSpan DrainDeadline { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>
    /// How long the probes say that the server stops before it closes its doors, so that whoever distributes requests sees it. 1 s;
    /// part of <see cref="DrainDeadline"/>.
    /// </summary>
    public TimeSpan DrainGrace { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Adds routes of whoever runs the server; null adds none.</summary>
    public Action<IEndpointRouteBuilder>? MoreRoutes { get; init; }
}
