using System.Text;

namespace OpenClaw.Edge.Configuration;

/// <summary>Reads the configuration: file, includes, variables, aliases, validation, records, in one pass.</summary>
public static class ConfigLoader
{
    /// <summary>Loads what is at <see cref="StatePaths.ConfigPath"/>. Never throws on what is on disk; a missing file is a
    /// valid configuration of defaults.</summary>
    public static ConfigSnapshot Load(StatePaths paths, ProcessEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(environment);
        var problems = new ProblemList();
        ConfigNode? root = ConfigFileReader.Read(paths.ConfigPath, isMain: true, problems, out byte[]? raw);
        return Finish(root, raw is null ? default(ReadOnlyMemory<byte>?) : raw, paths, environment, problems);
    }

    /// <summary>Loads a text as if it stood at <see cref="StatePaths.ConfigPath"/>, to see what it would do.</summary>
    public static ConfigSnapshot LoadText(ReadOnlyMemory<byte> text, StatePaths paths, ProcessEnvironment environment) =>
        LoadText(text, paths, environment, overridden: true);

    /// <summary>The same; without <paramref name="overridden"/> as the text alone says it, so that a value which the environment hides is judged too.</summary>
    public static ConfigSnapshot LoadText(ReadOnlyMemory<byte> text, StatePaths paths, ProcessEnvironment environment, bool overridden)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(environment);
        var problems = new ProblemList();
        ConfigNode? root = ConfigFileReader.Parse(text, paths.ConfigPath, isMain: true, problems);
        return Finish(root, text, paths, environment, problems, overridden);
    }

    private static ConfigSnapshot Finish(
        ConfigNode? root, ReadOnlyMemory<byte>? raw, StatePaths paths, ProcessEnvironment environment, ProblemList problems, bool overridden = true)
    {
        ProcessEnvironment variables = ReadDotEnv(paths, environment);
        if (root is { IsObject: false })
        {
            problems.Add("", root, ProblemSeverity.Fatal, $"The configuration is {ConfigValues.Describe(root)}.", "Write an object: { … }.");
            root = null;
        }
        root ??= ConfigNode.NewObject(ConfigSource.OfName(paths.ConfigPath));

        var includes = new IncludeExpander(variables, problems);
        root = includes.Expand(root, paths.ConfigPath);
        variables = ReadVariables(root, variables, problems);
        ConfigNode? env = root.Take("env"); // replaced already; a second pass would undo its escapes
        new VariableSubstitution(variables, problems).Apply(root);
        if (env is not null)
        {
            root.Members["env"] = env;
        }
        if (overridden)
        {
            EnvironmentOverrides.Apply(root, variables, problems);
        }

        ConfigAliases.Apply(root, problems);
        new ConfigValidator(problems).Check(root);
        if (overridden)
        {
            ConfigRules.Check(root, problems); // of values together: the environment may bring the other one
        }

        EdgeConfig config = ConfigBinder.Bind(root);
        SandboxRules.Check(config, root, paths, variables, problems);
        return new ConfigSnapshot
        {
            Config = config,
            Json = root.ToJson(),
            Raw = raw is null ? "" : Encoding.UTF8.GetString(raw.Value.Span),
            Path = paths.ConfigPath,
            Exists = raw is not null,
            Problems = problems.ToList(),
            Valid = !problems.HasFatal,
            Includes = includes.Files,
            Environment = variables,
        };
    }

    private static ProcessEnvironment ReadDotEnv(StatePaths paths, ProcessEnvironment environment)
    {
        ProcessEnvironment result = environment;
        string here = Path.Combine(environment.WorkingDirectory, ".env");
        if (here != paths.EnvFilePath)
        {
            result = result.WithFallbacks(DotEnvFile.Read(here));
        }
        return result.WithFallbacks(DotEnvFile.Read(paths.EnvFilePath));
    }

    /// <summary>Adds <c>env.vars</c>, which may themselves use variables, to the environment.</summary>
    private static ProcessEnvironment ReadVariables(ConfigNode root, ProcessEnvironment environment, ProblemList problems)
    {
        if (root.Find("env") is not { IsObject: true } env)
        {
            return environment;
        }
        new VariableSubstitution(environment, problems).Apply(env, "env");
        ConfigShapes.CollectVariables(root);
        return environment.WithFallbacks((env.Find("vars")?.Members ?? [])
            .Where(member => member.Value.Kind is ConfigNodeKind.Text or ConfigNodeKind.Number)
            .Select(member => KeyValuePair.Create(member.Key, member.Value.Text)));
    }
}
