using System.CommandLine;
using System.Text;
using Reeve.Core.Errors;
using Reeve.Server.Hosting;

namespace Reeve.Commands.Serving;

/// <summary><c>reeve openapi</c>: the document of the HTTP API, made from the routes. No store is opened and nothing is listened on.</summary>
internal static class OpenApiCommand
{
    internal static Command Build(CommandContext context)
    {
        Option<string?> output = new("--output") { Description = "The file to write; else standard output. One that is the same already is left alone." };
        Command command = new("openapi", "Print the OpenAPI document of the HTTP API.") { output };
        command.SetAction(async (call, cancellationToken) =>
        {
            string document = await WebHost.DescribeAsync(cancellationToken);
            if (call.GetValue(output) is { } file)
            {
                await WriteAsync(context.PathOf(file), document, cancellationToken);
            }
            else
            {
                context.Output.Write(document);
            }

            return Terminal.Done;
        });
        return command;
    }

    private static async Task WriteAsync(string file, string document, CancellationToken cancellationToken)
    {
        try
        {
            if (!File.Exists(file) || await File.ReadAllTextAsync(file, cancellationToken) != document)
            {
                await File.WriteAllTextAsync(file, document, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), cancellationToken);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.FileUnwritable, fault.Message, file), fault);
        }
    }
}
