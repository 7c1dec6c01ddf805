using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Skills;

/// <summary>A folder that skills are looked for in.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Source">Name of the place, as the original has it: <c>openclaw-workspace</c>, <c>agents-skills-project</c>,
/// <c>agents-skills-personal</c>, <c>openclaw-managed</c>, <c>openclaw-bundled</c> or <c>openclaw-extra</c>.</param>
/// <param name="FollowsLinks">Whether a skill's folder may be a link to elsewhere: true for the folders that only the person fills.</param>
internal sealed record SkillRoot(string Path, string Source, bool FollowsLinks)
{
    /// <summary>Source of the skills that come with the program.</summary>
    public const string Bundled = "openclaw-bundled";

    /// <summary>The folder of the skills that came with the program: the one that a variable names, else beside the program, else where
    /// packages and tarballs put them. Null when there is none.</summary>
    /// <param name="environment">For <c>OPENCLAW_BUNDLED_SKILLS_DIR</c>.</param>
    /// <param name="program">Absolute path of the running program; null looks nowhere else.</param>
    public static string? FindBundled(ProcessEnvironment environment, string? program)
    {
        if (environment["OPENCLAW_BUNDLED_SKILLS_DIR"] is { } named)
        {
            return environment.FullPath(named);
        }

        string? folder = System.IO.Path.GetDirectoryName(program);
        foreach (string place in folder is null ? [] : (string[])["skills", "../share/openclaw/skills"])
        {
            string path = System.IO.Path.GetFullPath(place, folder!);
            if (Directory.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
