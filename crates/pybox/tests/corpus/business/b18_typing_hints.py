# what: type hints of the older form
from typing import Any, Dict, List, Optional
def total(rows: List[Dict[str, Any]], key: Optional[str] = None) -> float:
    return sum(float(r.get(key or "amount", 0) or 0) for r in rows)
def execute_tool(parameters: Dict[str, Any], context: Dict[str, Any]) -> Dict[str, Any]:
    return {"t": total([{"amount": "1.5"}, {"amount": None}, {}]), "k": total([{"z": 2}], "z")}
