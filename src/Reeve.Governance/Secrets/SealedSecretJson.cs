using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reeve.Governance.Secrets;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SealedSecret))]
internal sealed partial class SealedSecretJson : JsonSerializerContext;
