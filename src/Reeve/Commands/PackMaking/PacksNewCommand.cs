using System.CommandLine;
using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Wording;

namespace Reeve.Commands.PackMaking;

/// <summary><c>reeve packs new</c>: makes a folder with a small pack that works.</summary>
internal static class PacksNewCommand
{
    internal static Command Build(CommandContext context)
    {
        Argument<string> name = new("name") { Description = "What the pack is called, such as lost-parcels: the name of its folder; its domain becomes LostParcels." };
        Option<string?> output = new("--output") { Description = "The folder in which the pack's own folder is made; the current one unless given." };
        Command command = new("new", "Make a folder with a small domain pack that works, two policies, samples and tests, to be changed piece by piece.") { name, output };
        command.SetAction(call => Make(context, call.GetValue(name)!, call.GetValue(output) ?? "")); // not null: it is required
        return command;
    }

    private static int Make(CommandContext context, string name, string parent)
    {
        try
        {
            PackTemplate.Check(name);
            string folder = Path.Combine(parent, name);
            Write(context.FullPathOf(folder), folder, name);
            foreach ((string file, _) in PackTemplate.Files(name))
            {
                context.Output.WriteLine(Shown.Line(Path.Combine(folder, file)));
            }

            context.Error.WriteLine(Shown.Line($"Made. It runs: reeve packs test {folder}. What to change first: {Path.Combine(folder, "README.md")}"));
            return Terminal.Done;
        }
        catch (ReeveException fault)
        {
            return Terminal.Refuse(context.Error, Terminal.Errors(fault));
        }
    }

    // Written beside its place and moved there whole: a folder of that name is a whole pack or not there.
    private static void Write(string target, string shown, string name)
    {
        if (Path.Exists(target))
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Packs.FolderTaken, $"There is already something at {Shown.Name(shown)}.", "name"));
        }

        string draft = $"{target}.{Path.GetRandomFileName()}";
        try
        {
            Directory.CreateDirectory(draft);
            foreach ((string file, string text) in PackTemplate.Files(name))
            {
                File.WriteAllText(Path.Combine(draft, file), text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            }

            Directory.Move(draft, target);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            if (Directory.Exists(draft))
            {
                Directory.Delete(draft, recursive: true);
            }

            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.FileUnwritable, failure.Message, shown), failure);
        }
    }
}
