namespace OpenClaw.Edge.Configuration;

/// <summary>Collects problems during one load. Bounded: a broken file of a megabyte need not make a megabyte of complaints.</summary>
internal sealed class ProblemList
{
    private const int MaxProblems = 200;

    private readonly List<ConfigProblem> _problems = [];
    private int _dropped;

    public bool HasFatal { get; private set; }

    /// <summary>Adds a problem at the place of a node.</summary>
    public void Add(string path, ConfigNode node, ProblemSeverity severity, string message, string? fix = null) =>
        Add(new ConfigProblem(path, message, fix, node.Line, severity)
        {
            File = node.Source.IsMain ? null : node.Source.Name,
        });

    public void Add(ConfigProblem problem)
    {
        HasFatal |= problem.Severity == ProblemSeverity.Fatal;
        if (_problems.Count < MaxProblems || problem.Severity == ProblemSeverity.Fatal && _problems.Count < 2 * MaxProblems)
        {
            _problems.Add(problem);
        }
        else
        {
            _dropped++;
        }
    }

    /// <summary>All of them, worst first, else in the order found.</summary>
    public IReadOnlyList<ConfigProblem> ToList()
    {
        List<ConfigProblem> sorted = [.. _problems.OrderByDescending(problem => problem.Severity)];
        if (_dropped > 0)
        {
            sorted.Add(new ConfigProblem("", $"{_dropped} more problems are not listed.", null, null, ProblemSeverity.Warning));
        }
        return sorted;
    }
}
