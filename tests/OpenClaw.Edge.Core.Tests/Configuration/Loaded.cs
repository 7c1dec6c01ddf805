using System.Text;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Core.Tests.Configuration;

/// <summary>Loads configuration texts in memory, with the environment that the test gives.</summary>
internal static class Loaded
{
    public static ConfigSnapshot Text(string json5, params (string Name, string Value)[] variables)
    {
        ProcessEnvironment environment = Environment(variables);
        StatePaths paths = StatePaths.Resolve(environment, configFlag: "/nowhere/openclaw.json", stateDirFlag: "/nowhere/state");
        return ConfigLoader.LoadText(Encoding.UTF8.GetBytes(json5), paths, environment);
    }

    public static ProcessEnvironment Environment(params (string Name, string Value)[] variables) =>
        new(variables.Select(v => KeyValuePair.Create(v.Name, v.Value)), "/nowhere", "/nowhere/home");

    /// <summary>Problems that a person must act on.</summary>
    public static IEnumerable<ConfigProblem> Complaints(this ConfigSnapshot snapshot) =>
        snapshot.Problems.Where(problem => problem.Severity >= ProblemSeverity.Warning);
}
