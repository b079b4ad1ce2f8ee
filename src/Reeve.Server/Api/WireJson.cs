using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Reeve.Core.Calls;
using Reeve.Core.Packs;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Approvals;
using Reeve.Engine.Imports;
using Reeve.Server.Api.Approving;
using Reeve.Server.Api.ToolUse;

namespace Reeve.Server.Api;

/// <summary>How wire records are written: generated code, camelCase, nulls written, no escapes that JSON does not ask for.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(ExceptionList))]
[JsonSerializable(typeof(ExceptionDetail))]
[JsonSerializable(typeof(IngestionAnswer))]
[JsonSerializable(typeof(ImportDetail))]
[JsonSerializable(typeof(TenantFigures))]
[JsonSerializable(typeof(ToolPage))]
[JsonSerializable(typeof(ToolDetail))]
[JsonSerializable(typeof(DomainTools))]
[JsonSerializable(typeof(Enablement))]
[JsonSerializable(typeof(CallAnswer))]
[JsonSerializable(typeof(ExecutionList))]
[JsonSerializable(typeof(ExecutionView))]
[JsonSerializable(typeof(ApprovalDetail))]
[JsonSerializable(typeof(ApprovalList))]
[JsonSerializable(typeof(ApprovalFigures))]
[JsonSerializable(typeof(BulkAnswer))]
[JsonSerializable(typeof(PlaybookRunView))]
internal sealed partial class WireJson : JsonSerializerContext
{
    /// <summary>The one to use.</summary>
    internal static WireJson Of { get; } = new(Configured());

    /// <summary>Answers with a record.</summary>
    internal static Task WriteAsync<T>(HttpContext context, int status, T value, JsonTypeInfo<T> type)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(value, type);
        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static JsonSerializerOptions Configured() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.Strict,
        Encoder = JsonText.Compact.Encoder,
        Converters =
        {
            new RawJsonConverter(), new WireTimeConverter(), new WireWordConverter<Severity>(), new WireWordConverter<ResolutionStatus>(), new WireWordConverter<Actionability>(),
            new WireWordConverter<ImportKind>(), new WireWordConverter<ImportState>(),
            new WireWordConverter<ToolType>(), new WireWordConverter<ToolEffect>(), new WireWordConverter<ExecutionStatus>(), new WireWordConverter<PrincipalKind>(), new WireWordConverter<ApprovalStatus>(), new WireWordConverter<ApprovalScope>(),
        },
    };
}
