using Microsoft.Extensions.Logging;

namespace Reeve.Server.SignIn;

/// <summary>Who was not let in. Event ids 1300 to 1399. Never what was presented.</summary>
internal static partial class SignInLog
{
    [LoggerMessage(1300, LogLevel.Warning, "{Method} {Route} from {RemoteAddress} was refused: the credential is {Finding}.")]
    internal static partial void Refused(ILogger logger, string finding, string method, string route, string remoteAddress);

    [LoggerMessage(1301, LogLevel.Warning, "{Method} {Route} was refused to {Principal} of {Tenant}: {Code}.")]
    internal static partial void Denied(ILogger logger, string code, string method, string route, string principal, string tenant);
}
