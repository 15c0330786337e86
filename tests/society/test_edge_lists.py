"""Networks that users bring: from networkx, from arrays, from files."""

import re
import subprocess
import sys

import networkx as nx
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet
from test_graphs import drawn, row

from samizdat.society.graphs import Graph, GraphWarning
from samizdat.system import memory


def test_networkx_gets_back_what_it_gave():
    graph = drawn("social", 300)
    assert Graph.from_networkx(graph.to_networkx()).digest() == graph.digest()


def test_networkx_ties_are_online_by_default():
    graph = Graph.from_networkx(nx.karate_club_graph())
    assert graph.degrees("online").sum() == 2 * 78


def test_arcs_and_parallel_ties_count_once():
    g = nx.MultiDiGraph([(0, 1, {"kind": "close"}), (1, 0), (0, 1), (2, 1)])
    assert row(Graph.from_networkx(g), 1) == ([0], [2])


TIES = pd.DataFrame(
    {"source": [0, 3, 1], "target": [3, 0, 2], "kind": ["online", "close", "online"]}
)


@pytest.mark.parametrize("name", ["ties.csv", "ties.parquet"])
def test_files_are_read(tmp_path, name):
    path = tmp_path / name
    (TIES.to_csv if name == "ties.csv" else TIES.to_parquet)(path, index=False)
    graph = Graph.from_file(path)
    assert graph.citizens == 4
    assert row(graph, 3) == ([0], [])
    assert row(graph, 1) == ([], [2])


def test_a_file_names_the_citizens_without_ties_too(tmp_path):
    path = tmp_path / "ties.csv"
    path.write_text("target, note ,source\n1,x,0\n")
    with pytest.warns(GraphWarning, match="1 tie; 5 of 7 citizens have no tie"):
        graph = Graph.from_file(str(path), citizens=7)
    assert graph.citizens == 7
    assert row(graph, 0) == ([], [1])


HEAD = b"source,target\n"
BAD_FILES = [
    ("missing.csv", None, "no such file"),
    ("ties.xlsx", b"x", "unknown extension '.xlsx'; allowed are .csv, .parquet"),
    ("ties.csv", b"", "the file is empty"),
    ("ties.csv", HEAD, "no ties"),
    ("ties.csv", b"\x89PNG\0\0\0\xff", "the content is not CSV"),
    ("ties.csv", b"\xff\xfe\xfa\n\xc3\x28,\xf0", "cannot be read as CSV"),
    ("ties.csv", HEAD + b"0,1,2\n", "cannot be read as CSV"),
    ("ties.csv", b"from,to\n0,1\n", "columns are from, to; expected source, target"),
    ("ties.csv", b"source,target,target\n0,1,2\n", "each once"),
    ("ties.csv", HEAD + b"0,1\n2,2\n", "row 2: citizen 2 is tied to herself"),
    ("ties.csv", HEAD + b"0,1\n1,-2\n", "row 2: target -2 is outside 0 ... 2147483646"),
    ("ties.csv", HEAD + b"0,1\n1,two\n", "row 2: target 'two' is not an id; ids are whole"),
    ("ties.csv", HEAD + b"0.5,1\n", "row 1: source '0.5' is not an id"),
    ("ties.csv", HEAD + b"0,1\n,1\n", "row 2: source '' is not an id"),
    ("ties.csv", HEAD + b"0,99999999999999999999\n", "target 99999999999999999999 is outside"),
    ("ties.csv", HEAD + b"0,4000000000\n", "row 1: target 4000000000 is outside 0 ... 2147483646"),
    ("ties.csv", b"source,target,kind\n0,1,kin\n", "kind 'kin' is unknown; allowed are close (0)"),
    ("ties.parquet", b"PAR1 and no more", "cannot be read as Parquet"),
    ("ties.parquet", HEAD + b"0,1\n", "the content is not Parquet"),
]


@pytest.mark.parametrize(("name", "content", "message"), BAD_FILES)
def test_bad_files_are_refused_in_one_line(tmp_path, name, content, message):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        Graph.from_file(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_column_of_kinds_that_is_misspelt_is_not_left_out(tmp_path):
    path = tmp_path / "ties.csv"
    path.write_text("source,target,Kind\n0,1,close\n")
    with pytest.raises(ValueError, match="unknown column 'Kind'; did you mean 'kind'"):
        Graph.from_file(path)


@pytest.mark.parametrize(
    "text", ["0, 1 ,  close\n2,1,online", "0.0,1e0,0\n2,+1,1", '"0","1","close"\n2,1,online']
)
def test_cells_are_trimmed_and_may_be_written_in_other_ways(tmp_path, text):
    path = tmp_path / "ties.csv"
    path.write_text(f"source,target,kind\n{text}\n")
    assert row(Graph.from_file(path), 1) == ([0], [2])


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())]
)
def test_ids_in_parquet_may_be_text_as_in_csv(tmp_path, kind):
    ties = {"source": ["0", "2"], "target": ["1", " 1"], "kind": ["close", "online "]}
    table = pa.table({name: pa.array(cells).cast(kind) for name, cells in ties.items()})
    parquet.write_table(table, tmp_path / "ties.parquet")
    assert row(Graph.from_file(tmp_path / "ties.parquet"), 1) == ([0], [2])


SAME = ([0, 2], [1, 1], ["close", "online"])


@pytest.mark.parametrize(
    "arguments",
    [
        (3.0, *SAME),
        (np.int8(3), [0.0, 2.0], np.array([1, 1], np.float32), [0, 1]),
        (3, *map(pd.Series, SAME)),
        (3, ["0", "2"], ("1", " 1"), np.array([" close", "online"])),
        (3, range(0, 3, 2), np.array([1, 1], object), pd.Categorical(SAME[2])),
    ],
)
def test_arrays_of_any_type_give_the_same_graph(arguments):
    assert row(Graph.from_edges(*arguments), 1) == ([0], [2])


def test_nodes_of_networkx_are_numbers_as_ids_are():
    close = {"kind": "close"}
    for nodes in ((0, 1, 2), ("0", "1", "2"), (0.0, np.int32(1), " 2 ")):
        g = nx.Graph([(nodes[0], nodes[1], close), (nodes[2], nodes[1])])
        assert row(Graph.from_networkx(g), 1) == ([0], [2])
    with pytest.raises(ValueError, match="two nodes have the same number"):
        Graph.from_networkx(nx.Graph([("1", 0), (0, 1)]))


def test_ids_with_wide_gaps_are_refused_unless_the_citizens_are_stated(tmp_path):
    path = tmp_path / "ties.csv"
    path.write_bytes(HEAD + b"0,1\n1,9\n")
    words = "ids go up to 9, but 7 of 10 citizens have no tie; ids are 0 ... n - 1 without gaps"
    with pytest.raises(ValueError, match=words):
        Graph.from_file(path)
    with pytest.warns(GraphWarning, match=r"ties.csv: 2 ties; 7 of 10 citizens have no tie"):
        assert Graph.from_file(path, citizens=10).without_tie == 7
    path.write_bytes(HEAD + b"0,1\n1,2000000000\n")
    with pytest.raises(ValueError, match="1999999998 of 2000000001 citizens have no tie"):
        Graph.from_file(path)


def test_half_of_the_citizens_may_have_no_tie(tmp_path):
    path = tmp_path / "ties.csv"
    path.write_bytes(HEAD + b"0,1\n1,5\n")
    assert Graph.from_file(path).without_tie == 3


def test_a_graph_says_how_many_have_no_tie():
    graph = Graph.from_edges(4, [0, 1], [1, 2])
    assert repr(graph) == "<Graph: 2 ties; 1 of 4 citizens have no tie>"
    with pytest.warns(GraphWarning, match="edges: 1 tie; 1,998 of 2,000 citizens have no tie"):
        Graph.from_edges(2000, [0], [1])


def test_memory_is_asked_before_a_graph_is_built(tmp_path, monkeypatch):
    path = tmp_path / "ties.csv"
    path.write_bytes(HEAD + b"0,1\n")
    monkeypatch.setattr(memory, "available", lambda: (10**9, "cgroup limit"))
    with pytest.raises(ValueError, match=r"ties.csv: reading it needs about 40 GB, available"):
        Graph.from_file(path, citizens=2_000_000_000)


def test_ids_beyond_the_citizens_are_refused(tmp_path):
    path = tmp_path / "ties.csv"
    path.write_bytes(HEAD + b"0,1\n1,5\n")
    with pytest.raises(ValueError, match=r"row 2: target 5 is outside 0 \.\.\. 4"):
        Graph.from_file(path, citizens=5)


@pytest.mark.parametrize("source", [[0.0, 1.5], [True, False], [0, None], ["0", "one"]])
def test_columns_that_are_no_ids_are_refused(tmp_path, source):
    path = tmp_path / "ties.parquet"
    pd.DataFrame({"source": source, "target": [2, 3]}).to_parquet(path)
    with pytest.raises(ValueError, match="is not an id"):
        Graph.from_file(path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((3, [0], [3]), "edges, row 1: target 3 is outside 0 ... 2"),
        ((3, [0, 2], [1, 2]), "edges, row 2: citizen 2 is tied to herself"),
        ((3, [0, 2], [1]), "edges: 2 sources, but 1 targets"),
        ((3, [0.5], [1]), "edges, row 1: source 0.5 is not an id; ids are whole numbers, 0 ... 2"),
        ((3, [0], [1], [2]), "edges, row 1: kind 2 is unknown; allowed are close (0), online (1)"),
        ((3, [0], [1], ["kin"]), "edges, row 1: kind 'kin' is unknown"),
        ((3, [0, 1], [1, 2], [0, 0, 0]), "edges: 3 kinds for 2 ties"),
        ((True, [0], [1]), "edges: True citizens; allowed are 1 ... 2147483647"),
        ((2.5, [0], [1]), "edges: 2.5 citizens; allowed are 1 ... 2147483647"),
        (("3", [0], [1]), "edges: '3' citizens; allowed are 1 ... 2147483647"),
        ((3, [0, True], [1, 2]), "edges, row 2: source True is not an id"),
        ((3, [0, None], [1, 2]), "edges, row 2: source None is not an id"),
        ((3, [[0, 1]], [1]), "edges: source holds list"),
        ((3, {0, 1}, [1, 2]), "edges: source is a set; give a list or an array"),
        (
            (3, pd.Series([0, 1]), pd.Series([1, 2], index=[1, 0])),
            "edges: source, target and kind have different indexes",
        ),
        ((0, [], []), "edges: 0 citizens; allowed are 1 ... 2147483647"),
    ],
)
def test_bad_edges_are_refused(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        Graph.from_edges(*arguments)


@pytest.mark.parametrize(
    ("edges", "message"),
    [
        ([(0, "Ann")], "node 'Ann' is not among 0 ... 1"),
        ([(1, 2)], "node 2 is not among 0 ... 1"),
        ([(0, 0)], "citizen 0 is tied to herself"),
        ([(0, 1, {"kind": "kin"})], "kind 'kin' is unknown"),
        ([], "0 citizens"),
    ],
)
def test_bad_networkx_graphs_are_refused(edges, message):
    with pytest.raises(ValueError, match=re.escape("networkx graph")) as caught:
        Graph.from_networkx(nx.Graph(edges))
    assert message in str(caught.value)


def test_reading_imports_neither_networkx_nor_tables():
    program = (
        "import sys, samizdat.society.graphs; "
        "print({'networkx', 'pandas', 'pyarrow'} & {*sys.modules})"
    )
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert out.stdout.strip() == b"set()"
