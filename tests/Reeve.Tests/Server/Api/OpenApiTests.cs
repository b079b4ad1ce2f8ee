using System.Text.Json;
using Reeve.Server.Hosting;

namespace Reeve.Tests.Server.Api;

/// <summary>The OpenAPI document is complete, and the one that is committed.</summary>
public sealed class OpenApiTests
{
    [Fact]
    public async Task The_committed_document_is_what_the_routes_give() =>
        CommittedDocument.ShouldBeCurrent("docs/openapi.json", await WebHost.DescribeAsync(TestContext.Current.CancellationToken));
}
